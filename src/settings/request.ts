import type { ConfigFile } from './config.ts';
import type { DocumentSource } from './document-source.ts';

/** Input of `readSettings`. */
export interface Request extends DocumentSource {
  /** Inputs by name; empty ones are not given. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly file: ConfigFile | undefined;
  /** The file exists and is invalid: settings that it may contain are not reported as missing. */
  readonly fileIsBroken?: boolean;
  readonly event: string;
  readonly ambientRegion: string | undefined;
  /** A terminal prompts before it writes, so `destroy` needs no `confirm`. */
  readonly asksFirst?: boolean;
}
