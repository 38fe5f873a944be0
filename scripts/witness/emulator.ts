import { startAws } from '../../__tests__/servers/aws.ts';
import { type Clients, connect } from '../../__tests__/servers/clients.ts';
import { startMinistack } from '../../__tests__/servers/ministack.ts';
import { ministackCorrections } from '../../__tests__/servers/ministack-corrections.ts';
import { startRecorder } from '../../__tests__/servers/recorder.ts';

/** An AWS on this machine. */
export interface Emulator extends AsyncDisposable {
  /** Of the emulator itself: what is asked there is not counted. */
  readonly url: string;
  /** Ask the emulator itself. */
  readonly clients: Clients;
  /** What a run needs to speak to it. */
  env(): Record<string, string>;
  /** Operations that wrote since the last `forget`. */
  writes(): string[];
  forget(): void;
}

/** moto behind our proxy, which holds it to AWS's laws. */
async function moto(): Promise<Emulator> {
  const aws = await startAws();
  return {
    url: aws.motoUrl,
    clients: connect(aws.motoUrl),
    env: () => aws.env(),
    writes: () => aws.writes().map(({ operation }) => operation),
    forget: () => aws.forget(),
    [Symbol.asyncDispose]: () => aws.close(),
  };
}

/** ministack as it is, but for the corrections that are named. */
async function ministack(): Promise<Emulator> {
  const server = await startMinistack();
  const clients = connect(server.url);
  const recorder = await startRecorder(server.url, ministackCorrections(clients.ssm));
  return {
    url: server.url,
    clients,
    env: () => recorder.env(),
    writes: () => recorder.writes(),
    forget: () => recorder.forget(),
    async [Symbol.asyncDispose]() {
      await recorder[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export const EMULATORS: Readonly<Record<string, () => Promise<Emulator>>> = { moto, ministack };
