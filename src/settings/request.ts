import type { ConfigFile } from './config.ts';
import type { DocumentSource } from './document-source.ts';

/** Input of `readSettings`. */
export interface Request extends DocumentSource {
  /** Inputs by name; empty ones are not given. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly file: ConfigFile | undefined;
  /** There is a file, and it could not be read: what it would have given is not missed. */
  readonly fileIsBroken?: boolean;
  readonly event: string;
  readonly ambientRegion: string | undefined;
  /** A terminal asks before it writes, so `destroy` needs no `confirm`. */
  readonly asksFirst?: boolean;
}
