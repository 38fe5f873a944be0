import type { Streams } from './terminal.ts';

/*
 * Environment and streams of the process, for all files of this folder.
 */

export const ENVIRONMENT: Readonly<Record<string, string | undefined>> = process.env;

export const STREAMS: Streams = { input: process.stdin, output: process.stdout, errors: process.stderr };

/** Keys that would win over a profile. */
const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/**
 * Makes the AWS SDK use a profile. As in the AWS CLI, a profile that a flag names wins over keys in the environment.
 * @param name undefined leaves everything as it is
 */
export function useProfile(name: string | undefined): void {
  if (name === undefined) return;
  for (const key of KEYS) delete process.env[key];
  process.env['AWS_PROFILE'] = name;
}

/** @returns all of standard input */
export async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
