/**
 * The forms of a hidden text in output, and the search for them. GitHub's runner hides these forms in its log, but not in
 * comments, issues, outputs and files.
 * @see https://github.com/actions/runner/blob/main/src/Sdk/DTLogging/Logging/ValueEncoders.cs
 */

const SHOWN = '***';

/** No form is shorter: it would mask unrelated text. The index is keyed by the first characters. */
const SHORTEST = 4;

/** The escapes of an output, such as those of Markdown. It keeps nothing of the text. */
export type Escape = (text: string) => string;

/** @returns the text in each form that is searched for, the text itself first. */
export function formsOf(text: string): string[] {
  const forms = new Set([text, ...base64Forms(text)]);
  // Most keys look the same in every grammar.
  if (!/^[A-Za-z0-9_-]*$/.test(text))
    for (const form of [...wordForms(text), ...urlForms(text), ...shellForms(text)]) forms.add(form);
  return [...forms].filter((form) => form.length >= SHORTEST);
}

/** Quoted for JSON, YAML, XML, HTML and expressions of a workflow. */
function wordForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const inXml = text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
  const quotes = inXml.replaceAll('"', '&quot;');
  return [
    json,
    // .NET's JSON escapes these by number; Go's, which AWS and Docker use, escapes characters of HTML.
    json.replace(/[\x85\u2028\u2029]/g, unit),
    json.replace(/[<>&\u2028\u2029]/g, unit),
    json.replaceAll('/', '\\/'),
    inXml,
    quotes,
    quotes.replaceAll("'", '&apos;'),
    quotes.replaceAll("'", '&#39;'),
    quotes.replaceAll("'", '&#x27;'),
    text.replaceAll("'", "''"),
    ...(/^".{7,}"$/s.test(text) ? [text.slice(1, -1)] : []),
  ];
}

const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Encoded for a URL or a form; a lone surrogate becomes the replacement character, as in UTF-8. */
function urlForms(text: string): string[] {
  const inUrl = encodeURIComponent(Buffer.from(text).toString());
  const strict = inUrl.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [inUrl, strict, inUrl.replaceAll('%20', '+'), strict.replaceAll('%20', '+')].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

/** The runner does not hide shorter parts of a PowerShell command. */
const PART = 6;

/** Quoted for a shell, a command line or PowerShell. */
function shellForms(text: string): string[] {
  // PowerShell colours a failed command from an ampersand on, which cuts the text in two.
  const coloured = text.indexOf('&+');
  const cut = coloured < 0 ? text.lastIndexOf('&') + 1 : coloured + 2;
  const parts = [text.slice(0, cut), text.slice(coloured < 0 ? cut : cut + 1)];
  return [
    text.replaceAll('"', '\\"'),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\$`"]/g, '\\$&'),
    text.replace(/[\\$`"!]/g, '\\$&'),
    text.replace(/[^A-Za-z0-9_%+,./:=@-]/g, '\\$&'),
    text.replace(/[`$"]/g, '`$&'),
    ...(cut === 0 ? [] : parts.filter((part) => part.length >= PART)),
  ];
}

/**
 * In `Authorization: Basic` a password follows other bytes, so its base64 begins at one of three offsets. The
 * characters at both ends that hold bits of its neighbours are left out.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  // The runner's own form: the end of the text.
  const forms = [0, 1, 2].map((shift) => bytes.subarray(shift).toString('base64'));
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const [begin, end] = [Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6)];
    // The runner's form begins with the first group of four that lies fully in the text.
    forms.push(whole.slice(begin, end), whole.slice(before === 0 ? 0 : 4, end));
  }
  return forms.flatMap((form) => [form, form.replace(/[+/]/g, (sign) => (sign === '+' ? '-' : '_'))]);
}

interface Form {
  readonly text: string;
  readonly of: string;
}

/** Places of characters: from the first, up to the last and without it. */
type Span = readonly [start: number, end: number];

/** Forms by their first four characters: one walk over a text finds all of them, however many there are. */
class FormIndex {
  readonly #byHead = new Map<string, Form[]>();
  /** Whether some form begins with these two characters: for most places of a text, this check is enough. */
  readonly #pairs = new Uint8Array(1 << 16);
  readonly #known = new Set<string>();
  /** Hidden texts whose forms are in the index. */
  count = 0;

  add(form: Form): void {
    const { text } = form;
    if (text.length < SHORTEST || this.#known.has(text)) return;
    this.#known.add(text);
    const head = text.slice(0, SHORTEST);
    const others = this.#byHead.get(head);
    if (others === undefined) this.#byHead.set(head, [form]);
    else others.push(form);
    this.#pairs[((text.charCodeAt(0) & 0xff) << 8) | (text.charCodeAt(1) & 0xff)] = 1;
  }

  /**
   * @param spans receives the places of forms in the text
   * @returns the first form; without `spans` the search stops there
   */
  find(text: string, spans?: Span[]): Form | undefined {
    let first: Form | undefined;
    if (this.#known.size === 0) return first;
    for (let at = this.#candidate(text, 0); at >= 0; at = this.#candidate(text, at + 1))
      for (const form of this.#byHead.get(text.slice(at, at + SHORTEST)) ?? []) {
        if (!text.startsWith(form.text, at)) continue;
        first ??= form;
        if (spans === undefined) return first;
        spans.push([at, at + form.text.length]);
      }
    return first;
  }

  /**
   * The next place where a form may begin. Every character of every report passes here, so the loop calls no
   * functions of its own.
   */
  #candidate(text: string, from: number): number {
    const pairs = this.#pairs;
    const last = text.length - SHORTEST;
    for (let at = from; at <= last; at++)
      if (pairs[((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff)] === 1) return at;
    return -1;
  }
}

const AS_IT_IS: readonly Escape[] = [];

/** Hidden texts with all their forms, computed at first use: a run with input errors needs none. */
export class MaskForms {
  readonly #texts: Array<Form> = [];
  readonly #known = new Set<string>();
  /** By the escapes that the texts may have passed; later hidden texts are added. */
  readonly #indexes = new Map<readonly Escape[], FormIndex>();

  /** @param of the name of its variable, never the value */
  add(text: string, of: string): void {
    if (this.#known.has(text)) return;
    this.#known.add(text);
    this.#texts.push({ text, of });
  }

  /** @returns the name whose value the text contains; undefined if it contains none */
  heldBy(text: string): string | undefined {
    return this.#index(AS_IT_IS).find(text)?.of;
  }

  /**
   * @param escapes that the text may have passed: each form is also hidden as escaped by them. A caller passes the
   * same array each time
   * @returns the text with `***` for hidden parts; overlapping and adjacent parts become one
   */
  scrub(text: string, escapes: readonly Escape[] = AS_IT_IS): string {
    const spans: Span[] = [];
    this.#index(escapes).find(text, spans);
    if (spans.length === 0) return text;
    let scrubbed = '';
    let end = 0;
    for (const [from, to] of merged(spans)) {
      scrubbed += `${text.slice(end, from)}${SHOWN}`;
      end = to;
    }
    return scrubbed + text.slice(end);
  }

  #index(escapes: readonly Escape[]): FormIndex {
    const index = this.#indexes.get(escapes) ?? new FormIndex();
    this.#indexes.set(escapes, index);
    for (; index.count < this.#texts.length; index.count++) {
      const { text = '', of = '' } = this.#texts[index.count] ?? {};
      // The other forms contain no sign that Markdown would escape.
      const escaped = escapes.flatMap((how) => [how(text), how(JSON.stringify(text).slice(1, -1))]);
      for (const form of [...formsOf(text), ...escaped]) index.add({ text: form, of });
    }
    return index;
  }
}

function merged(spans: readonly Span[]): Span[] {
  const all: Array<[number, number]> = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

/** Hides texts in others, and names their variables. */
export type Scrubber = Pick<MaskForms, 'scrub' | 'heldBy'>;
