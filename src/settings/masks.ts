import type { Secret } from '../secret.ts';

/** What must stay readable: a masked prefix or account id would hide every ARN, and with it every output. */
export interface Readable {
  readonly texts: readonly string[];
  /** Known once AWS has told it; until then texts of digits wait. */
  readonly account: string | undefined;
}

export interface Masking {
  /** What to hide, one line each. */
  readonly hide: readonly Secret[];
  /** Why a part of the value is not hidden. */
  readonly refused: string | undefined;
  /** Lines of digits: to be asked again when the account id is known. */
  readonly waiting: readonly Secret[];
}

/** What is certainly a secret is hidden from this many characters on. */
const SHORTEST = 4;
/** What may be harmless could be a word that stands in every second line: only longer ones are hidden. */
export const SHORTEST_UNDECIDED = 8;

/** Values that stand for a secret that was never set; hidden, they would take their word out of every line of the log. */
const PLACEHOLDER =
  /^(?:true|false|null|none|nil|undefined|unset|empty|enabled?|disabled?|on|off|yes|no|n\/?a|todo|tbd|x{3,}|\*{3,}|\.{3,}|-+|change[-_ ]?(?:me|it|this)(?:[-_ ]?(?:please|now|later|in[-_ ]production))?!?|replace[-_ ]?(?:me|this)|fill[-_ ]?(?:me|in)|placeholder|example|default|dummy|test|testing|secret|password|token|your[-_ ][\w -]{1,40}|<[^<>]{1,60}>|\$\{[a-z_]\w{0,60}\})$/i;

/**
 * Decides what of a value the runner shall hide. It hides by exact match, without a shortest length: a value `1`
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

/** A value that is asked again. */
interface Waiting {
  readonly value: Secret;
  readonly lines: readonly Secret[];
  readonly of: string;
  readonly isTold: boolean;
  readonly shortest: number;
}

/** @param of what the text is a value of: a name, never the value */
export type Watch = (text: string, of: string) => void;

/** Hides values as they become known, and those of digits once the account id is. */
export class Masks {
  readonly #mask: (text: string) => void;
  readonly #texts: readonly string[];
  #account: string | undefined;
  #waiting: Waiting[] = [];
  /** Hidden text, in each form that the runner hides → what it is a value of. */
  readonly #hidden = new Map<string, string>();
  /** Those texts as they are. */
  readonly #raw = new Map<string, string>();
  #watch: Watch | undefined;

  /** @param mask hides one line in the log from there on */
  constructor(mask: (text: string) => void, texts: readonly string[]) {
    this.#mask = mask;
    this.#texts = texts.filter((text) => text !== '');
  }

  /**
   * @param of the variable or the place, never the value
   * @param isTold whether {@link setAccount} tells of it
   * @param shortest characters; {@link SHORTEST_UNDECIDED} where it may be harmless
   * @returns why the value, or a part of it, stays readable in the log
   */
  hide(value: Secret, of = 'a secret', isTold = true, shortest = SHORTEST): string | undefined {
    const readable = { texts: this.#texts, account: this.#account };
    const { hide, refused, waiting } = maskingOf(value, readable, shortest);
    for (const line of hide)
      line.hideBy((text) => {
        this.#mask(text);
        this.#raw.set(text, this.#raw.get(text) ?? of);
        this.#watch?.(text, of);
        for (const form of formsOf(text)) if (!this.#hidden.has(form)) this.#hidden.set(form, of);
      });
    if (waiting.length > 0) this.#waiting.push({ value, lines: waiting, of, isTold, shortest });
    return refused;
  }

  /**
   * AWS has told the account.
   * @returns what stays readable of those that waited for it, by what it is a value of, and why
   */
  setAccount(account: string): Map<string, string> {
    this.#account = account;
    const waiting = this.#waiting;
    this.#waiting = [];
    const refused = new Map<string, string>();
    for (const { value, of, isTold, shortest } of waiting) {
      const reason = this.hide(value, of, isTold, shortest);
      if (reason !== undefined && isTold) refused.set(of, reason);
    }
    return refused;
  }

  /**
   * Gives every hidden text, those of later included, to the gate of the reports, which finds their forms in what leaves by
   * a way that the runner does not mask. A run that is refused has no such report, and does not load it.
   */
  watch(watch: Watch): void {
    this.#watch = watch;
    for (const [text, of] of this.#raw) watch(text, of);
  }

  /**
   * What is hidden later changes no answer, so that what a plan shows does not hang on which answer of AWS came first.
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

/** The first and the last line of a PEM say nothing of what is between them. */
const isFrame = (line: string) => /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/.test(line);

/** The runner hides a text also as JSON and as a part of a URL write it. */
function formsOf(text: string): string[] {
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(Buffer.from(text).toString())];
}
