import type { ActionRun } from './run.ts';

/** Shorter lines of a canary, `}` say, are in every text. */
const LINE_LENGTH = 4;
/** What remains of a shorter text's shifted base64 is found by chance. */
const SHIFT_BYTES = 6;
const EXCERPT = 40;

/**
 * Every place where a canary got out of the action, before any masking: the masker is the second line, and
 * not the one that is tested here. Each finding tells sink, canary (by index), form and an excerpt without it.
 */
export function findLeaks(run: ActionRun, canaries: string[]): string[] {
  const needles = needlesOf(canaries);
  return sinksOf(run).flatMap(([sink, text]) => search(sink, text, needles));
}

/** The same question about any text: a comment's body, a journal of requests. */
export function findCanaries(sink: string, text: string, canaries: string[]): string[] {
  return search(sink, text, needlesOf(canaries));
}

type Sink = [name: string, text: string];

function sinksOf(run: ActionRun): Sink[] {
  const printed = (stream: string): string =>
    run.lines
      .filter((line) => line.stream === stream && !isMask(line.command?.name))
      .map((line) => line.text)
      .join('\n');
  const executed = run.commands.executed.filter(({ name }) => !isMask(name));
  const pairs = (name: string, record: Record<string, string>): Sink[] =>
    Object.entries(record).map(([key, value]) => [`${name} ${key}`, `${key}=${value}`]);
  return [
    ['stdout', printed('stdout')],
    ['stderr', printed('stderr')],
    // Unescaped: a `%` is printed as `%25`, a line end as `%0A`.
    ...executed.map(
      ({ name, data, properties }): Sink => [
        `command ${name}`,
        [data, ...Object.values(properties)].join('\n'),
      ],
    ),
    ...pairs('output', run.outputs),
    ['summary', run.rawSummary],
    ...pairs('env', run.env),
    ['path', run.paths.join('\n')],
    ...pairs('state', run.state),
    ...run.left.map(({ path, content }): Sink => [`temp ${path}`, `${path}\n${content}`]),
    ...run.written.map(({ path, content }): Sink => [`workspace ${path}`, `${path}\n${content}`]),
  ];
}

const isMask = (name: string | undefined): boolean => name?.toLowerCase() === 'add-mask';

interface Needle {
  canary: number;
  form: string;
  text: string;
}

function search(sink: string, text: string, needles: Needle[]): string[] {
  const found = new Map<string, string>();
  for (const readable of new Set([text, undress(text)])) {
    let covered: string | undefined;
    for (const { canary, form, text: needle } of needles) {
      const key = `${canary} ${form}`;
      if (found.has(key) || !readable.includes(needle)) continue;
      covered ??= cover(readable, needles);
      found.set(key, `${cover(sink, needles)}: canary ${canary} (${form}): ${excerpt(covered, canary)}`);
    }
  }
  return [...found.values()];
}

/** Longest first, so that no part of a canary stays. */
function cover(text: string, needles: Needle[]): string {
  return needles.reduce(
    (covered, { canary, text: needle }) => covered.replaceAll(needle, () => mark(canary)),
    text,
  );
}

const mark = (canary: number): string => `«canary ${canary}»`;

function excerpt(covered: string, canary: number): string {
  const at = Math.max(covered.indexOf(mark(canary)), 0);
  const start = Math.max(at - EXCERPT, 0);
  return JSON.stringify(covered.slice(start, at + mark(canary).length + EXCERPT));
}

function needlesOf(canaries: string[]): Needle[] {
  const needles = canaries.flatMap((canary, index) =>
    formsOf(canary).map(([form, text]) => ({ canary: index, form, text })),
  );
  return needles.filter(({ text }) => text !== '').sort((a, b) => b.text.length - a.text.length);
}

type Form = [name: string, text: string];

function formsOf(canary: string): Form[] {
  const lines = canary.split(/[\r\n]+/).map((line) => line.trim());
  const parts: Form[] = [['plain', canary]];
  for (const line of lines) if (line.length >= LINE_LENGTH && line !== canary) parts.push(['a line', line]);
  const forms = new Map<string, string>();
  for (const [part, text] of parts) {
    for (const [encoding, encoded] of encodingsOf(text)) {
      const name = [part, encoding].filter((word) => word !== '').join(', ');
      if (!forms.has(encoded)) forms.set(encoded, name);
    }
  }
  return [...forms].map(([text, name]) => [name, text]);
}

function encodingsOf(text: string): Form[] {
  const plain: Form = ['', text];
  if (text.length < LINE_LENGTH) return [plain];
  const bytes = Buffer.from(text, 'utf8');
  const uri = encodeSafely(text);
  const json = JSON.stringify(text).slice(1, -1);
  return [
    plain,
    ['undressed', undress(text)],
    ['URI', uri],
    ['URI, RFC 3986', uri.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)],
    ['form', new URLSearchParams({ '': text }).toString().slice(1)],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ...[0, 1, 2].flatMap((shift) => base64Of(bytes, shift)),
  ];
}

/** What base64 shows of a text that follows `shift` (mod 3) other bytes, and is before any others. */
function base64Of(bytes: Buffer, shift: number): Form[] {
  if (shift > 0 && bytes.length < SHIFT_BYTES) return [];
  const part = bytes.subarray((3 - shift) % 3);
  // The last character depends on what follows, unless it is full.
  const length = Math.floor((part.length * 8) / 6);
  const name = shift === 0 ? '' : `, ${shift} behind`;
  return [
    [`base64${name}`, part.toString('base64').slice(0, length)],
    [`base64url${name}`, part.toString('base64url').slice(0, length)],
  ];
}

/** encodeURIComponent throws at half a surrogate pair. */
function encodeSafely(text: string): string {
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** Takes off what Markdown and HTML put on: backslashes, entities, characters that are not seen. */
function undress(text: string): string {
  return text
    .replace(/\u200b|\u200c|\u200d|\u2060|\ufeff/g, '')
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '')
    .replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(lt|gt|quot|apos|amp));/gi, (entity, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? entity;
      return String.fromCodePoint(
        Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10) % 0x110000,
      );
    });
}
