import type { FlagDescriptor, Flags } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** How users start the command line. */
export const PROGRAM = 'npx github:papyrus/aws-bootstrap';

/** Exit codes of the command line. */
export const EXIT = { ok: 0, failed: 1, input: 2, drifted: 3 } as const;

/** Exports of the module of a command. */
export interface CommandModule {
  /** @returns the exit code */
  run(flags: Flags, terminal: Terminal): Promise<number>;
}

/** One row of the table of commands. */
export interface Command {
  /** One or two words: `plan`, `export dotenv`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** First paragraph of the help page. */
  readonly description: string;
  /** Flags of this command alone, by name. */
  readonly flags: Readonly<Record<string, FlagDescriptor>>;
  /** Arguments after the flags in the usage line, such as `[FOLDER]`; without it, the command takes none. */
  readonly positionals?: string;
  /** A purpose and its command line. */
  readonly examples: ReadonlyArray<readonly [what: string, command: string]>;
  /** Loads the module of the command, which other commands do not need. */
  readonly load: () => Promise<CommandModule>;
}
