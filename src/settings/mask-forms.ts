/**
 * The forms in which a hidden text may leave, and the search for them. GitHub's runner hides a text in these forms in its
 * log; comments, issues, outputs and files pass by no runner.
 * @see https://github.com/actions/runner/blob/main/src/Sdk/DTLogging/Logging/ValueEncoders.cs
 */

const SHOWN = '***';

/** No form is shorter: it would hide what is none. The index is keyed by the first characters. */
const SHORTEST = 4;

/** How a place writes text that goes there, such as the escapes of Markdown. It keeps nothing of the text. */
export type Escape = (text: string) => string;

/** @returns the text in each form that is searched for, the text itself first. */
export function formsOf(text: string): string[] {
  const forms = new Set([text, ...base64Forms(text)]);
  // Most keys look the same in every grammar.
  if (!/^[A-Za-z0-9_-]*$/.test(text))
    for (const form of [...wordForms(text), ...urlForms(text), ...shellForms(text)]) forms.add(form);
  return [...forms].filter((form) => form.length >= SHORTEST);
}

/** As JSON, YAML, XML, HTML and expressions of a workflow quote it. */
function wordForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const inXml = text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
  const quotes = inXml.replaceAll('"', '&quot;');
  return [
    json,
    // .NET's JSON writes these by number, and Go's, which AWS and Docker use, what HTML would read.
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

/** As a part of a URL or of a form; a lone surrogate is sent as UTF-8 sends it. */
function urlForms(text: string): string[] {
  const inUrl = encodeURIComponent(Buffer.from(text).toString());
  const strict = inUrl.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [inUrl, strict, inUrl.replaceAll('%20', '+'), strict.replaceAll('%20', '+')].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

/** The runner leaves a part of a PowerShell command that is shorter than this. */
const PART = 6;

/** As a shell, a command line or PowerShell quotes it. */
function shellForms(text: string): string[] {
  // PowerShell colours what it could not run from an ampersand on, which cuts the text in two.
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
 * In `Authorization: Basic` a password stands behind other bytes, by which its base64 begins at one of three offsets. The
 * characters at both ends that hold bits of its neighbours are left out.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  // The runner's own: the end of what has nothing behind it.
  const forms = [0, 1, 2].map((shift) => bytes.subarray(shift).toString('base64'));
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const [begin, end] = [Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6)];
    // What the runner hides begins with the first group of four that is all of the text.
    forms.push(whole.slice(begin, end), whole.slice(before === 0 ? 0 : 4, end));
  }
  return forms.flatMap((form) => [form, form.replace(/[+/]/g, (sign) => (sign === '+' ? '-' : '_'))]);
}

type Forms = (text: string) => readonly string[];

interface Form {
  readonly text: string;
  readonly of: string;
}

/** Places of characters: from the first, up to the last and without it. */
type Span = readonly [start: number, end: number];

/** Forms by their first four characters: one walk over a text finds all of them, however many there are. */
class FormIndex {
  readonly #byHead = new Map<string, Form[]>();
  /** Whether some form begins with these two characters: most places of a text need no more than this look. */
  readonly #pairs = new Uint8Array(1 << 16);
  readonly #known = new Set<string>();

  add(form: Form): void {
    if (this.#known.has(form.text)) return;
    this.#known.add(form.text);
    const head = form.text.slice(0, SHORTEST);
    const others = this.#byHead.get(head);
    if (others === undefined) this.#byHead.set(head, [form]);
    else others.push(form);
    this.#pairs[pairAt(form.text, 0)] = 1;
  }

  /** Where forms begin, with each form that does. */
  *hits(text: string): Generator<{ readonly start: number; readonly form: Form }> {
    if (this.#known.size === 0) return;
    for (let start = 0; start + SHORTEST <= text.length; start++) {
      if (this.#pairs[pairAt(text, start)] === 0) continue;
      for (const form of this.#byHead.get(text.slice(start, start + SHORTEST)) ?? [])
        if (text.startsWith(form.text, start)) yield { start, form };
    }
  }
}

function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff);
}

/** Hidden texts with all their forms, which are made when they are first asked for: a run that refuses its input asks for none. */
export class MaskForms {
  readonly #texts = new Map<string, string>();
  /** By how they are written; what is hidden later is added to what is there. */
  readonly #indexes = new Map<Forms, { count: number; readonly forms: FormIndex }>();
  readonly #escaped = new Map<Escape, Forms>();

  /** @param of what it is a value of: a name, never the value */
  add(text: string, of: string): void {
    if (!this.#texts.has(text)) this.#texts.set(text, of);
  }

  /** @returns what the text holds a value of, undefined where it holds none */
  heldBy(text: string): string | undefined {
    for (const { form } of this.#forms().hits(text)) return form.of;
    return undefined;
  }

  /**
   * @param escapes what the text may have been written by: a form is also hidden as each of them writes it
   * @returns the text with `***` for what is hidden; what overlaps or touches becomes one
   */
  scrub(text: string, escapes: readonly Escape[] = []): string {
    const spans: Span[] = [];
    for (const index of [this.#forms(), ...escapes.map((how) => this.#formsBy(how))])
      for (const { start, form } of index.hits(text)) spans.push([start, start + form.text.length]);
    if (spans.length === 0) return text;
    let scrubbed = '';
    let end = 0;
    for (const [from, to] of merged(spans)) {
      scrubbed += `${text.slice(end, from)}${SHOWN}`;
      end = to;
    }
    return scrubbed + text.slice(end);
  }

  #forms(): FormIndex {
    return this.#made(formsOf);
  }

  #formsBy(how: Escape): FormIndex {
    // Of the other forms no sign is left that Markdown would escape.
    const forms = this.#escaped.get(how) ?? ((text) => [how(text), how(JSON.stringify(text).slice(1, -1))]);
    this.#escaped.set(how, forms);
    return this.#made(forms);
  }

  #made(formsOfText: Forms): FormIndex {
    const index = this.#indexes.get(formsOfText) ?? { count: 0, forms: new FormIndex() };
    this.#indexes.set(formsOfText, index);
    if (index.count < this.#texts.size)
      for (const [text, of] of [...this.#texts].slice(index.count))
        for (const form of formsOfText(text))
          if (form.length >= SHORTEST) index.forms.add({ text: form, of });
    index.count = this.#texts.size;
    return index.forms;
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
