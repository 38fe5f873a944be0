import { execFile } from 'node:child_process';

/** What a program of the machine answered. */
export interface Answered {
  /** Undefined where there is no such program, or it was ended. */
  readonly code: number | undefined;
  readonly output: string;
}

const LONGEST_MS = 10_000;

/** Asks a program that only tells something, without a shell. Its error output goes nowhere, since a secret may stand in it. */
export function askProgram(program: string, args: readonly string[], folder: string): Promise<Answered> {
  return new Promise((resolve) => {
    execFile(program, [...args], { cwd: folder, timeout: LONGEST_MS, windowsHide: true }, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, output: stdout });
    });
  });
}
