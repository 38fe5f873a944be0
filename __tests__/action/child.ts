import { type ChildProcess, spawn } from 'node:child_process';

export interface Line {
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface Finished {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Of both streams, in the order of arrival. */
  lines: Line[];
  timedOut: boolean;
}

export interface Start {
  node: string;
  entry: string;
  cwd: string;
  env: Record<string, string>;
  timeoutMs: number;
  onSpawn?: ((child: ChildProcess) => void) | undefined;
}

/** A grandchild that keeps the pipes open must not keep the test. */
const DRAIN_MS = 5_000;

export function runChild({ node, entry, cwd, env, timeoutMs, onSpawn }: Start): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [entry], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const lines: Line[] = [];
    const stdout = new Splitter((text) => lines.push({ stream: 'stdout', text }));
    const stderr = new Splitter((text) => lines.push({ stream: 'stderr', text }));
    let timedOut = false;
    const clock = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    let drain: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => stdout.write(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => stderr.write(chunk));
    child.once('exit', () => {
      clearTimeout(clock);
      drain = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS);
    });
    child.once('error', (fault) => {
      clearTimeout(clock);
      reject(new Error(`the action could not be started: ${fault.message}`, { cause: fault }));
    });
    child.once('close', (exitCode, signal) => {
      clearTimeout(drain);
      stdout.end();
      stderr.end();
      resolve({ exitCode, signal, stdout: stdout.all, stderr: stderr.all, lines, timedOut });
    });
    onSpawn?.(child);
  });
}

/** Cuts a stream into lines as the runner's reader does: at LF, CR or both. */
class Splitter {
  all = '';
  #rest = '';

  constructor(readonly emit: (line: string) => void) {}

  write(chunk: string): void {
    this.all += chunk;
    this.#rest += chunk;
    // A CR at the very end may be the first half of a CRLF.
    const pieces = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) this.emit(piece);
  }

  end(): void {
    if (this.#rest !== '') this.emit(this.#rest.replace(/\r$/, ''));
    this.#rest = '';
  }
}
