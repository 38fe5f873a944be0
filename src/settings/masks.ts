import type { Secret } from '../secret.ts';

/** Texts that must stay readable: a masked prefix or account id would hide every ARN, and with it every output. */
export interface Readable {
  readonly texts: readonly string[];
  /** Known once AWS has returned it; until then texts of digits wait. */
  readonly account: string | undefined;
}

export interface Masking {
  /** Lines to mask. */
  readonly hide: readonly Secret[];
  /** Why a part of the value is not hidden. */
  readonly refused: string | undefined;
  /** Lines of digits: to be checked again when the account id is known. */
  readonly waiting: readonly Secret[];
}

/** Minimum length of a certain secret to be masked. */
const SHORTEST = 4;
/** An undecided value could be a common word: only longer ones are masked. */
export const SHORTEST_UNDECIDED = 8;

/** Placeholders for a secret that was never set; masked, they would hide their word in every line of the log. */
const PLACEHOLDER =
  /^(?:true|false|null|none|nil|undefined|unset|empty|enabled?|disabled?|on|off|yes|no|n\/?a|todo|tbd|x{3,}|\*{3,}|\.{3,}|-+|change[-_ ]?(?:me|it|this)(?:[-_ ]?(?:please|now|later|in[-_ ]production))?!?|replace[-_ ]?(?:me|this)|fill[-_ ]?(?:me|in)|placeholder|example|default|dummy|test|testing|secret|password|token|your[-_ ][\w -]{1,40}|<[^<>]{1,60}>|\$\{[a-z_]\w{0,60}\})$/i;

/**
 * Decides which parts of a value the runner masks. It masks exact matches of any length: a value `1`
 * would turn every 1 of the log into `***`, and drop every output that holds one. Lines are hidden one by one,
 * since the runner itself would also hide each line of a longer text, a lone `}` included.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions (add-mask)
 */
export function maskingOf(value: Secret, readable: Readable, shortest = SHORTEST): Masking {
  const hide: Secret[] = [];
  let refused: string | undefined;
  const waiting: Secret[] = [];
  const lines = value.lines();
  for (const line of lines) {
    const reason = reasonAgainst(line, readable, shortest);
    if (reason === 'later') waiting.push(line);
    else if (reason === undefined) hide.push(line);
    // Short lines of a long text (a bracket, the end of a key) say nothing by themselves.
    else if (lines.length === 1) refused = reason;
  }
  const password = value.part(/^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i);
  if (password !== undefined && reasonAgainst(password, readable, SHORTEST) === undefined)
    hide.push(password);
  return { hide, refused, waiting };
}

function reasonAgainst(line: Secret, { texts, account }: Readable, shortest: number): string | undefined {
  if (line.is((text) => [...text].length < shortest)) return `it is shorter than ${shortest} characters`;
  if (line.is((text) => /^\d{1,5}$/.test(text))) return 'it is a small number, which every log contains';
  if (line.is((text) => PLACEHOLDER.test(text))) return 'it is a placeholder';
  if (line.is((text) => texts.some((name) => name.includes(text)))) return 'the names of this run hold it';
  if (line.is((text) => /^\d{1,12}$/.test(text))) {
    if (account === undefined) return 'later';
    if (line.is((text) => account.includes(text))) return 'the account id holds it';
  }
  return undefined;
}

/** A value that is checked again. */
interface Waiting {
  readonly value: Secret;
  readonly lines: readonly Secret[];
  readonly of: string;
  readonly isReported: boolean;
  readonly shortest: number;
}

/** @param of the name of its variable, never the value */
export type Watch = (text: string, of: string) => void;

/** Hides values as they become known, and those of digits once the account id is. */
export class Masks {
  readonly #mask: (text: string) => void;
  readonly #texts: readonly string[];
  #account: string | undefined;
  #waiting: Waiting[] = [];
  /** Hidden text, in each form that the runner masks → the name of its variable. */
  readonly #hidden = new Map<string, string>();
  /** Those texts, unchanged. */
  readonly #raw = new Map<string, string>();
  #watch: Watch | undefined;

  /** @param mask hides one line in the log from there on */
  constructor(mask: (text: string) => void, texts: readonly string[]) {
    this.#mask = mask;
    this.#texts = texts.filter((text) => text !== '');
  }

  /**
   * @param of the variable or the place, never the value
   * @param isReported whether {@link setAccount} reports it
   * @param shortest characters; {@link SHORTEST_UNDECIDED} where it may be harmless
   * @returns why the value, or a part of it, stays readable in the log
   */
  hide(value: Secret, of = 'a secret', isReported = true, shortest = SHORTEST): string | undefined {
    const readable = { texts: this.#texts, account: this.#account };
    const { hide, refused, waiting } = maskingOf(value, readable, shortest);
    for (const line of hide)
      line.hideBy((text) => {
        this.#mask(text);
        this.#raw.set(text, this.#raw.get(text) ?? of);
        this.#watch?.(text, of);
        for (const form of formsOf(text)) if (!this.#hidden.has(form)) this.#hidden.set(form, of);
      });
    if (waiting.length > 0) this.#waiting.push({ value, lines: waiting, of, isReported, shortest });
    return refused;
  }

  /**
   * Sets the account id that AWS returned.
   * @returns waiting values that stay readable, by name, and why
   */
  setAccount(account: string): Map<string, string> {
    this.#account = account;
    const waiting = this.#waiting;
    this.#waiting = [];
    const refused = new Map<string, string>();
    for (const { value, of, isReported, shortest } of waiting) {
      const reason = this.hide(value, of, isReported, shortest);
      if (reason !== undefined && isReported) refused.set(of, reason);
    }
    return refused;
  }

  /**
   * Gives every hidden text, those of later included, to the gate of the reports, which finds their forms in output
   * that the runner does not mask. A run with input errors has no such report, and does not load it.
   */
  watch(watch: Watch): void {
    this.#watch = watch;
    for (const [text, of] of this.#raw) watch(text, of);
  }

  /**
   * A snapshot: later masks do not affect it, so a plan does not depend on the order of AWS's responses.
   * @returns a look-up of whose hidden text a value holds, or text that waits for the account id: a name, never a value.
   * Twelve digits that wait are most likely that id, which is no secret.
   */
  snapshot(): (value: Secret) => string | undefined {
    const texts = [...this.#hidden].filter(([form]) => !isFrame(form));
    const waiting = this.#waiting.flatMap(({ lines, of }) =>
      lines.filter((line) => line.is((digits) => digits.length < 12)).map((line) => ({ line, of })),
    );
    return (value) =>
      texts.find(([form]) => value.is((text) => text.includes(form)))?.[1] ??
      waiting.find(({ line }) => line.is((digits) => value.is((text) => text.includes(digits))))?.of;
  }
}

/** The first and the last line of a PEM reveal nothing of the key. */
const isFrame = (line: string) => /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/.test(line);

/** The runner hides a text also as encoded in JSON and in URLs. */
function formsOf(text: string): string[] {
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(Buffer.from(text).toString())];
}
