import type { Secret } from '../secret.ts';

/** `app-url` sets AUTH0_CALLBACK_URL. */
export type Source = 'dotenv' | 'env-file' | 'variables' | 'secrets' | 'app-url';

/** One variable of the application, with its source. */
export interface Variable {
  readonly name: string;
  /** Every value is a secret until routing has classified it. */
  readonly value: Secret;
  /** `secrets` wins if several sources have the name. */
  readonly source: Source;
  readonly where: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Where `secrets` gave the name without a value, which gave way to this one. */
  readonly emptySecret?: string | undefined;
  /** Only files of the workspace have this value; on a pull request, its author controls them. */
  readonly fileOnly?: true | undefined;
}

/** One text that holds variables. */
export interface VariableText {
  readonly source: Source;
  /** Text, bytes of a file, or an object of the configuration file. */
  readonly content: string | Uint8Array | Readonly<Record<string, unknown>>;
  readonly where: string;
  readonly file?: string | undefined;
  /** A file of the workspace holds it, be it a `.env` or the configuration file. */
  readonly inFile?: true | undefined;
}
