import { Secret } from '../secret.ts';

/** Keys of the step, exported by an earlier step such as configure-aws-credentials. */
export interface StepKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

/** The AWS credentials of the environment. */
export interface AwsEnvironment {
  readonly keys: StepKeys | undefined;
  /** `AWS_PROFILE`, and whether the AWS files of the machine have such a profile. */
  readonly profile: { readonly name: string; readonly exists: boolean } | undefined;
  /** Variables that hold characters that no credential has: a line break, a blank, quotes around it. */
  readonly malformed: readonly string[];
  /** Variables that should hold the URL of an endpoint and hold none. */
  readonly invalidEndpoints: readonly string[];
}

/** Credentials of the step. */
const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/**
 * The services that the action calls, by the names that the SDK gives them.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
const ENDPOINTS = ['', '_SSM', '_SECRETS_MANAGER', '_CLOUDWATCH_LOGS', '_ECR', '_STS'];

/** The AWS files of the machine: a text each, undefined if there is none. */
export interface AwsFiles {
  readonly config: string | undefined;
  readonly credentials: string | undefined;
}

/**
 * @param read gives a variable of the step's environment
 * @param readFiles called only if a profile is named
 */
export function readAwsEnvironment(
  read: (name: string) => string | undefined,
  readFiles: () => AwsFiles,
): AwsEnvironment {
  const [accessKeyId, secretAccessKey] = [read('AWS_ACCESS_KEY_ID'), read('AWS_SECRET_ACCESS_KEY')];
  const sessionToken = read('AWS_SESSION_TOKEN') || undefined;
  const name = read('AWS_PROFILE') || undefined;
  return {
    keys:
      accessKeyId && secretAccessKey
        ? {
            accessKeyId,
            secretAccessKey: new Secret(secretAccessKey),
            sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
          }
        : undefined,
    profile: name === undefined ? undefined : { name, exists: hasProfile(readFiles(), name) },
    malformed: accessKeyId && secretAccessKey ? KEYS.filter((key) => isMalformed(read(key) ?? '')) : [],
    invalidEndpoints: ENDPOINTS.map((service) => `AWS_ENDPOINT_URL${service}`).filter(
      (variable) => !isEndpoint(read(variable) ?? ''),
    ),
  };
}

/** The SDK would sign with them all the same, or fail with an error of Node's. */
function isMalformed(text: string): boolean {
  return /[^\x21-\x7e]|^["'`]|["'`]$/.test(text);
}

/** Without a scheme, the SDK fails with an error of Node's, or calls nothing at all. */
function isEndpoint(text: string): boolean {
  return text === '' || (/^https?:\/\/./i.test(text) && URL.canParse(text));
}

/**
 * @returns whether one of the files has the profile
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html (the config file has "profile" before the name)
 */
function hasProfile({ config = '', credentials = '' }: AwsFiles, name: string): boolean {
  const sections = (text: string) =>
    [...text.matchAll(/^\s*\[\s*([^\]\n]*?)\s*\]/gm)].map(([, inner = '']) => inner);
  const unquoted = (text: string) => text.trim().replace(/^(["'])(.*)\1$/, '$2');
  return (
    sections(credentials).some((section) => unquoted(section) === name) ||
    sections(config).some((section) =>
      section === 'default'
        ? name === 'default'
        : /^profile\s/.test(section) && unquoted(section.slice('profile'.length)) === name,
    )
  );
}

/** @returns the region that the profile's section of the config file names, used by the terminal only */
export function regionOfProfile(name: string, { config = '' }: AwsFiles): string | undefined {
  const configured = new Set([`profile ${name}`, ...(name === 'default' ? ['default'] : [])]);
  let isWanted = false;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (section !== undefined)
      isWanted = configured.has(section.replace(/\s+/g, ' ').replace(/(["'])(.*)\1$/, '$2'));
    const region = isWanted ? /^region\s*=\s*([^\s#;]+)/.exec(line)?.[1] : undefined;
    if (region !== undefined) return region;
  }
  return undefined;
}
