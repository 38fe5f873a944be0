import { createInterface } from 'node:readline/promises';
import { forLog } from '../report/escape.ts';
import { MaskForms } from '../settings/mask-forms.ts';
import { paint, plainText, type Span, wrapSpans } from './text.ts';

/** Output and questions of a command. Nothing else of the command line uses the streams of the process. */
export interface Terminal {
  /** Columns of standard output; Infinity in a pipe. */
  readonly width: number;
  /** Whether a user can answer a question. */
  readonly isInteractive: boolean;
  /** Prints the result: one line, control characters made visible, hidden texts as `***`, wrapped at the width. */
  print(...spans: readonly Span[]): void;
  /** The same with the indent of further lines, once it is wrapped. */
  printIndented(indent: number, ...spans: readonly Span[]): void;
  /** Prints a line to be pasted, which is not wrapped. */
  printCommand(text: string): void;
  /** Prints text of many lines whose layout is ours, such as JSON or a help page; it is scrubbed like a line. */
  printText(text: string): void;
  /** Prints a file. A pipe gets it unchanged; a terminal shows control characters. */
  printDocument(text: string): void;
  /** Prints a value as JSON, indented, without hidden texts. */
  printJson(value: unknown): void;
  /** Prints a notice, an error or the like, which is no part of the result, to standard error. */
  say(...spans: readonly Span[]): void;
  /**
   * Shows progress. A terminal rewrites one line; a pipe gets a line each time.
   * @param text undefined removes the line
   */
  progress(text: string | undefined): void;
  /** Shows the reason for a wait in the line of the progress; a pipe gets nothing. */
  waitFor(what: string): void;
  /**
   * @returns the answer, trimmed; undefined where the input ended before there was one
   * @throws TypeError if there is no terminal to ask: check `isInteractive` first
   */
  ask(question: string): Promise<string | undefined>;
  /** Hides a text in everything that is printed from here on. */
  hide(text: string): void;
  /** @returns the text as it would be printed, without hidden texts and control characters */
  shown(text: string): string;
}

/** The streams of the process, or those of a test. */
export interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

export interface TerminalOptions {
  /** `NO_COLOR`, `FORCE_COLOR`, `TERM` and `COLUMNS` are read of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Only the result and errors are printed. */
  readonly isQuiet: boolean;
  /** The run reads standard input, so questions cannot be answered there. */
  readonly readsInput: boolean;
}

/** Narrower than this, lines are not broken further. */
const LEAST_WIDTH = 40;
/** Milliseconds in which a signal reaches its listeners. */
const SIGNAL_MS = 50;

export function openTerminal(streams: Streams, options: TerminalOptions): Terminal {
  return new StreamTerminal(streams, options);
}

class StreamTerminal implements Terminal {
  readonly #streams: Streams;
  readonly #options: TerminalOptions;
  readonly #forms = new MaskForms();
  /** Lines that came before their question. */
  readonly #typedAhead: string[] = [];
  #progress: string | undefined;

  constructor(streams: Streams, options: TerminalOptions) {
    this.#streams = streams;
    this.#options = options;
    // A reader that closes the pipe, such as `head`, ends the output, not the run.
    for (const stream of [streams.output, streams.errors]) stream.on('error', () => {});
  }

  get width(): number {
    return widthOf(this.#streams.output, this.#options);
  }

  get isInteractive(): boolean {
    const { input, errors } = this.#streams;
    return !this.#options.readsInput && input.isTTY === true && errors.isTTY === true;
  }

  print(...spans: readonly Span[]): void {
    this.printIndented(0, ...spans);
  }

  printIndented(indent: number, ...spans: readonly Span[]): void {
    this.#write(this.#streams.output, this.width, indent, spans);
  }

  printCommand(text: string): void {
    this.#write(this.#streams.output, Number.POSITIVE_INFINITY, 0, [text]);
  }

  printText(text: string): void {
    this.#clear();
    const lines = this.#forms.scrub(text).split('\n').map(forLog);
    this.#streams.output.write(`${lines.join('\n')}\n`);
  }

  printDocument(text: string): void {
    this.#clear();
    const { output } = this.#streams;
    output.write(output.isTTY === true ? text.split('\n').map(forLog).join('\n') : text);
  }

  printJson(value: unknown): void {
    // Characters that would be made visible otherwise, in the only form that JSON has for them.
    const text = JSON.stringify(value, null, 2).replace(/[\p{Cf}\p{Zl}\p{Zp}\x7f-\x9f]/gu, (character) =>
      [...Array(character.length).keys()]
        .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
        .join(''),
    );
    this.printText(text);
  }

  say(...spans: readonly Span[]): void {
    this.#write(this.#streams.errors, widthOf(this.#streams.errors, this.#options), 2, spans);
  }

  progress(text: string | undefined): void {
    if (this.#options.isQuiet) return;
    const { errors } = this.#streams;
    if (errors.isTTY === true) {
      this.#clear();
      if (text === undefined) return;
      const width = Math.min(widthOf(errors, this.#options), 500) - 1;
      this.#progress = [...this.shown(text)].slice(0, width).join('');
      errors.write(this.#progress);
      return;
    }
    if (text !== undefined) errors.write(`${this.shown(text)}\n`);
  }

  waitFor(what: string): void {
    if (this.#streams.errors.isTTY === true) this.progress(what);
  }

  async ask(question: string): Promise<string | undefined> {
    if (!this.isInteractive) throw new TypeError('nobody is there to answer a question');
    this.#clear();
    const { input, errors } = this.#streams;
    const typed = this.#typedAhead.shift();
    if (typed !== undefined) {
      errors.write(`${this.shown(question)}${this.shown(typed)}\n`);
      return typed.trim();
    }
    const reader = createInterface({ input, output: errors, historySize: 0 });
    // Lines that are pasted, or typed early, answer the next questions.
    reader.on('line', (line) => this.#typedAhead.push(line));
    let isLineEnded = false;
    const ended = new Promise<undefined>((resolve) => {
      // Ctrl-C ends the run as it does everywhere else.
      reader.once('SIGINT', () => {
        isLineEnded = true;
        errors.write('\n');
        // On Windows, a signal to the own process ends it despite listeners.
        if (!process.emit('SIGINT')) process.kill(process.pid, 'SIGINT');
        // Listeners receive the signal before the question ends.
        setTimeout(() => resolve(undefined), SIGNAL_MS);
      });
      // Ctrl-D: what comes next begins a line of its own.
      reader.once('close', () => {
        if (!isLineEnded) errors.write('\n');
        resolve(undefined);
      });
    });
    try {
      const answer = await Promise.race([reader.question(this.shown(question)), ended]);
      isLineEnded = true;
      return answer?.trim();
    } finally {
      reader.close();
    }
  }

  hide(text: string): void {
    this.#forms.add(text, 'a secret');
  }

  shown(text: string): string {
    return forLog(this.#forms.scrub(text));
  }

  #write(stream: NodeJS.WriteStream, width: number, indent: number, spans: readonly Span[]): void {
    this.#clear();
    const lines = wrapSpans(this.#scrubbed(spans), width, indent);
    const isColoured = coloursIn(stream, this.#options);
    for (const line of lines)
      stream.write(
        `${line.map((span) => (typeof span === 'string' || !isColoured ? plainText([span]) : paint(span))).join('')}\n`,
      );
  }

  /** If a hidden text spans several pieces, the line loses its styles. */
  #scrubbed(spans: readonly Span[]): Span[] {
    const pieces = spans.map(
      (span): Span =>
        typeof span === 'string' ? this.shown(span) : { ...span, text: this.shown(span.text) },
    );
    const whole = plainText(pieces);
    const scrubbed = this.#forms.scrub(whole);
    return scrubbed === whole ? pieces : [scrubbed];
  }

  /** Removes the line of progress from the terminal. */
  #clear(): void {
    if (this.#progress === undefined) return;
    this.#streams.errors.write('\r\u001b[2K');
    this.#progress = undefined;
  }
}

function widthOf(stream: NodeJS.WriteStream, { environment }: TerminalOptions): number {
  if (stream.isTTY !== true) return Number.POSITIVE_INFINITY;
  const given = Number(environment['COLUMNS']);
  const columns = stream.columns || (Number.isInteger(given) && given > 0 ? given : 80);
  return Math.max(LEAST_WIDTH, columns);
}

/** @see https://no-color.org, https://force-color.org */
function coloursIn(stream: NodeJS.WriteStream, { environment }: TerminalOptions): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
