/** Content of the README of an exported folder. */
export interface Contents {
  readonly prefix: string;
  readonly region: string;
  readonly account: string;
  readonly imports: number;
  /** Names of what is encrypted. */
  readonly secure: readonly string[];
  readonly omitted: readonly string[];
}

/** @returns ten lines, and one for each thing that is left out. */
export function terraformReadme({ prefix, region, account, imports, secure, omitted }: Contents): string {
  const given = secure.length === 0 ? '' : " -var 'secure_values={}'";
  return [
    `# ${prefix} in Terraform`,
    '',
    `Terraform or OpenTofu takes over what aws-bootstrap manages below ${prefix} (account ${account}, ${region}).`,
    `Sign in to that account and run \`terraform init\`, then \`terraform plan${given}\`.`,
    `The plan says ${imports} to import, 0 to add, 0 to change, 0 to destroy. Run \`terraform apply${given}\`, then delete imports.tf.`,
    secure.length === 0
      ? 'No value of this folder is secret.'
      : 'No secret value is in this folder. `secure_values` takes them by name, and only to create a resource again; remove `ignore_changes` to have Terraform write them.',
    "Terraform's state holds the values that it reads. Store it encrypted.",
    'Remove the aws-bootstrap step from your workflows, or change the tag `managed-by`: two tools would undo each other.',
    '',
    omitted.length === 0 ? 'Nothing is left out.' : 'Left out:',
    ...omitted.map((text) => `- ${text}`),
    '',
  ].join('\n');
}
