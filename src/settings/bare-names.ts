/**
 * Credentials of the step and of the runner. A bare NAME would make them variables of the application, in the clear
 * where a rule says so.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 */
const OF_STEP =
  /^(?:AWS_(?:ACCESS_KEY(?:_ID)?|SECRET_(?:ACCESS_)?KEY|SESSION_TOKEN|SECURITY_TOKEN|WEB_IDENTITY_TOKEN_FILE|SHARED_CREDENTIALS_FILE|CONTAINER_\w*)|GITHUB_TOKEN|(?:ACTIONS|RUNNER|INPUT)_\w*)$/i;

/** @returns whether the name is of a credential of the step, or of what the runner tells it. */
export function isOfStep(name: string): boolean {
  return OF_STEP.test(name);
}

/**
 * @param about whether the line stands in the configuration file, and whether the step has such a variable
 * @returns why a bare NAME takes nothing, and what to do, or undefined
 */
export function bareNameFault(
  name: string,
  about: { readonly isOfFile: boolean; readonly isSet: boolean },
): string | undefined {
  if (isOfStep(name))
    return 'this is a credential of the step or a variable of the runner, and never a variable of the application; take the line out, or write NAME=value';
  if (about.isOfFile)
    return 'a bare name has no value in the configuration file; write NAME=value, or give the name in the input variables';
  if (!about.isSet)
    return 'this is a bare name, and the step has no such environment variable; set it under "env:", or write NAME=value';
  return undefined;
}
