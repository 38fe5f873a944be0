import { spawn } from 'node:child_process';

/*
 * Programs that the command line starts: git to inspect a repository, aws and gh where the user allows it. There is no
 * shell, and no secret value is ever an argument: secrets go through standard input.
 */

export interface ProgramResult {
  /** 127 where there is no such program. */
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface ProgramOptions {
  readonly folder?: string;
  /** Its standard input; empty by default. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
}

const NOT_FOUND = 127;
const TIMEOUT_MS = 30_000;

/** Runs a program to its end. Never throws. */
export function runProgram(
  name: string,
  args: readonly string[],
  { folder, input, timeoutMs = TIMEOUT_MS }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      ...(folder === undefined ? {} : { cwd: folder }),
      stdio: 'pipe',
      timeout: timeoutMs,
      windowsHide: true,
    });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', () => resolve({ code: NOT_FOUND, output: '', errors: '' }));
    child.once('close', (code) =>
      resolve({
        code: code ?? 1,
        output: Buffer.concat(output).toString('utf8'),
        errors: Buffer.concat(errors).toString('utf8'),
      }),
    );
    // A program that ends early does not read.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
