import { readLines, trim } from './dotnet.ts';
import { type Command, looksLikeCommand, parseCommand } from './grammar.ts';
import { Masker } from './masker.ts';

export type { Command };

export type Level = 'notice' | 'warning' | 'error';

export interface Annotation {
  level: Level;
  /** Masked, then cut at 4,096 characters. */
  message: string;
  /** As given: the runner masks neither title nor file. */
  properties: Record<string, string>;
}

export interface Commands {
  /** What the log shows. */
  log: string;
  /** What was printed. */
  raw: string;
  /** What add-mask was given, unescaped and whole, in order. */
  masks: string[];
  /** All of them; the check run shows the first ten of each level (`shownAnnotations`). */
  annotations: Annotation[];
  groups: string[];
  /** Lines in the form of a command whose name the runner does not know: printed as they are. */
  unknown: string[];
  executed: Command[];
  /** Outputs and states by the deprecated `set-output` and `save-state`. */
  outputs: Record<string, string>;
  state: Record<string, string>;
  /** A command went wrong, which fails the step whatever its exit code. */
  failed: boolean;
}

export interface CommandOptions {
  /** Values that are masked from the first line on. */
  masker?: Masker;
  /** ACTIONS_STEP_DEBUG: debug lines are shown and commands echoed. */
  debug?: boolean;
}

const ANNOTATION_LENGTH = 4096;
const ANNOTATIONS_SHOWN = 10;

export function parseCommands(stdout: string, options: CommandOptions = {}): Commands {
  const reader = new CommandReader(options);
  for (const line of readLines(stdout)) reader.read(line);
  return { ...reader.result(), raw: stdout };
}

export function shownAnnotations(annotations: Annotation[]): Annotation[] {
  const counts: Record<Level, number> = { notice: 0, warning: 0, error: 0 };
  return annotations.filter(({ level }) => counts[level]++ < ANNOTATIONS_SHOWN);
}

/** Takes a step's lines, of both streams, in the order they come; a mask holds from its line on. */
export class CommandReader {
  readonly masker: Masker;
  readonly #debug: boolean;
  readonly #names = new Set([...Object.keys(HANDLERS), 'stop-commands']);
  readonly #raw: string[] = [];
  readonly #log: string[] = [];
  readonly #outputs = new Map<string, string>();
  readonly #state = new Map<string, string>();
  readonly #result = {
    masks: [] as string[],
    annotations: [] as Annotation[],
    groups: [] as string[],
    unknown: [] as string[],
    executed: [] as Command[],
  };
  #echo: boolean;
  #failed = false;
  #stopToken: string | undefined;

  constructor(options: CommandOptions = {}) {
    this.masker = options.masker ?? new Masker();
    this.#debug = options.debug ?? false;
    this.#echo = this.#debug;
  }

  /** Returns the command that the line was executed as, if any. */
  read(line: string): Command | undefined {
    this.#raw.push(line);
    const command = parseCommand(line, this.#names);
    if (command && this.#obey(command, line)) {
      this.#result.executed.push(command);
      return command;
    }
    if (!command && this.#stopToken === undefined && looksLikeCommand(line)) this.#result.unknown.push(line);
    this.print(
      line.replaceAll('##[start-action', '##[\\start-action').replaceAll('##[end-action', '##[\\end-action'),
    );
    return undefined;
  }

  result(): Commands {
    return {
      ...this.#result,
      raw: joinLines(this.#raw),
      log: joinLines(this.#log),
      outputs: Object.fromEntries(this.#outputs),
      state: Object.fromEntries(this.#state),
      failed: this.#failed,
    };
  }

  print(text: string): void {
    this.#log.push(this.masker.mask(text));
  }

  annotate(level: Level, message: string, properties: Record<string, string> = {}): void {
    const shown = this.masker.mask(message).slice(0, ANNOTATION_LENGTH);
    this.#result.annotations.push({ level, message: shown, properties });
    if (shown !== '') this.print(`##[${level}]${shown}`);
  }

  fail(message: string): void {
    this.annotate('error', message);
    this.#failed = true;
  }

  #obey(command: Command, line: string): boolean {
    const name = command.name.toLowerCase();
    if (this.#stopToken !== undefined) {
      if (name !== this.#stopToken) return false;
      this.print(line);
      this.#names.delete(this.#stopToken);
      this.#stopToken = undefined;
    } else if (name === 'stop-commands') {
      this.#stop(command.data, line);
    } else {
      const handler = HANDLERS[name];
      if (this.#echo && !SILENT.has(name)) this.print(line);
      handler?.(command, this.#powers);
    }
    return true;
  }

  #stop(token: string, line: string): void {
    const name = token.toLowerCase();
    if (token === '' || name === 'pause-logging' || this.#names.has(name)) {
      this.fail('stop-commands was given a token that is empty or a command itself');
      return;
    }
    this.#stopToken = name;
    this.#names.add(name);
    if (token.length > 6) this.masker.add(token);
    this.print(line);
  }

  readonly #powers: Powers = {
    print: (text) => this.print(text),
    annotate: (level, message, properties) => this.annotate(level, message, properties),
    fail: (message) => this.fail(message),
    debug: (text) => {
      if (this.#debug) for (const line of text.split(/\r?\n/)) this.print(`##[debug]${line}`);
    },
    mask: (value) => {
      if (!this.masker.add(value)) return false;
      this.#result.masks.push(value);
      return true;
    },
    group: (title) => this.#result.groups.push(this.masker.mask(title)),
    echo: (on) => {
      this.#echo = on;
    },
    echoes: () => this.#echo,
    output: (key, value) => this.#outputs.set(key, value),
    save: (key, value) => this.#state.set(key, value),
  };
}

/** What a command may do to the step. */
interface Powers {
  print(text: string): void;
  annotate(level: Level, message: string, properties: Record<string, string>): void;
  fail(message: string): void;
  debug(text: string): void;
  mask(value: string): boolean;
  group(title: string): void;
  echo(on: boolean): void;
  echoes(): boolean;
  output(key: string, value: string): void;
  save(key: string, value: string): void;
}

type Handler = (command: Command, step: Powers) => void;

const HANDLERS: Record<string, Handler> = {
  'add-mask': ({ data }, step) => {
    if (step.echoes() && trim(data) !== '') step.print('::add-mask::***');
    if (!step.mask(data)) step.annotate('warning', 'add-mask was given an empty value', {});
  },
  debug: ({ data }, step) => step.debug(data),
  notice: issue('notice'),
  warning: issue('warning'),
  error: issue('error'),
  group: ({ data }, step) => {
    step.group(data);
    step.print(`##[group]${data}`);
  },
  endgroup: (_, step) => step.print('##[endgroup]'),
  echo: ({ data }, step) => {
    const state = trim(data).toLowerCase();
    if (state === 'on' || state === 'off') step.echo(state === 'on');
    else step.fail('echo was given neither on nor off');
  },
  'set-output': deprecated((step, key, value) => step.output(key, value)),
  'save-state': deprecated((step, key, value) => step.save(key, value)),
  'set-env': disabled,
  'add-path': disabled,
  'add-matcher': ({ data }, step) => {
    if (data === '') step.annotate('warning', 'add-matcher was given no file', {});
  },
  'remove-matcher': ({ data, properties }, step) => {
    if ((data === '') === (find(properties, 'owner') === '')) {
      step.annotate('warning', 'remove-matcher takes an owner or a file', {});
    }
  },
};

/** Commands that ::echo::on does not repeat. */
const SILENT = new Set(['add-mask', 'debug', 'notice', 'warning', 'error']);

function issue(level: Level): Handler {
  return ({ data, properties }, step) => step.annotate(level, data, properties);
}

function deprecated(keep: (step: Powers, key: string, value: string) => void): Handler {
  return ({ name, properties, data }, step) => {
    const key = find(properties, 'name');
    step.annotate('warning', `${name} is deprecated`, {});
    if (key === '') step.fail(`${name} was given no name`);
    else keep(step, key, data);
  };
}

function disabled({ name }: Command, step: Powers): void {
  step.fail(`${name} is disabled`);
}

function find(properties: Record<string, string>, name: string): string {
  return Object.entries(properties).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

function joinLines(lines: string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
