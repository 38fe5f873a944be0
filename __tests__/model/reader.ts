import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureMoto } from '../servers/moto.ts';

const PROGRAM = fileURLToPath(new URL('./reader.py', import.meta.url));

export interface Seen {
  readonly parameters: Readonly<
    Record<string, { type: string; value: string; tags: Record<string, string> }>
  >;
  readonly secrets: Readonly<
    Record<string, { value: unknown; tags: Record<string, string>; isDeleted: boolean }>
  >;
  readonly logGroups: Readonly<
    Record<string, { retention: number | null; tags: Record<string, string> } | null>
  >;
  readonly repositories: Readonly<
    Record<string, { mutability: string; tags: Record<string, string>; policy: unknown } | null>
  >;
}

export interface Reader {
  /** What exists below these roots and by these names. */
  read(names: {
    readonly parameters: string;
    readonly secrets: string;
    readonly logGroups: readonly string[];
    readonly repositories: readonly string[];
  }): Promise<Seen>;
  /** A call of boto3, as another writer makes it: `call('ssm', 'put_parameter', { Name: … })`. */
  call(service: 'ssm' | 'secretsmanager' | 'logs' | 'ecr', operation: string, input: object): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** boto3 in a process of its own, which lives as long as the tests do: an import of it takes half a second. */
export async function startReader(url: string): Promise<Reader> {
  const { python } = await ensureMoto();
  const child = spawn(python, [PROGRAM, url], { stdio: ['pipe', 'pipe', 'inherit'], windowsHide: true });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let isOver = false;
  const end = () => {
    isOver = true;
    for (const { reject } of waiting.values()) reject(new Error('the reader of the account has ended'));
  };
  child.once('error', end);
  child.once('close', end);
  createInterface(child.stdout).on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; ok?: unknown; error?: string };
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) asked?.resolve(answer.ok);
    else asked?.reject(new Error(answer.error));
  });
  const ask = (request: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (isOver) return reject(new Error('the reader of the account has ended'));
      last += 1;
      waiting.set(last, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id: last, ...request })}\n`);
    });
  return {
    read: async (names) => (await ask({ do: 'read', ...names })) as Seen,
    call: async (service, operation, input) => void (await ask({ do: 'call', service, operation, input })),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await gone;
    },
  };
}
