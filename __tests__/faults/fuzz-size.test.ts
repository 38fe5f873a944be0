/** Large inputs of one kind: a reader that goes over its text again and again takes minutes here. */
import { expect, it } from 'vitest';
import { parseErrors } from '../../src/registry/failure.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { readConfig } from '../../src/settings/config.ts';
import { Diagnostics } from '../../src/settings/diagnostics.ts';
import { readExpectation } from '../../src/settings/expectation.ts';
import { globReader } from '../../src/settings/glob.ts';
import { ParseError } from '../../src/settings/parse.ts';
import { readTaskDefinition } from '../../src/settings/task-definition.ts';
import { readVariables } from '../../src/settings/variables.ts';
import { CANARY, expectHarmless, expectOurs, inTime, isReported } from './fuzz-texts.ts';

const HALF = 2 ** 19;
const many = (text: string) => text.repeat(HALF / text.length);
const numbered = (count: number, show: (index: number) => string, by = '') =>
  Array.from({ length: count }, (_, index) => show(index)).join(by);

const TEXTS: Readonly<Record<string, string>> = {
  'open brackets': many('['),
  'open braces': many('{"a":'),
  'closed brackets': many('[') + many(']'),
  quotes: many('"'),
  backslashes: `{"A":"${many('\\\\')}"}`,
  blanks: `A=${many(' ')}b`,
  'line ends': many('\r\n'),
  'keys of JSON': `{${numbered(20_000, (index) => `"A_${index}":"${CANARY}"`, ',')}}`,
  'numbers of JSON': `{${numbered(20_000, (index) => `"A_${index}":${index}`, ',')}}`,
  'equal keys of JSON': `{${numbered(20_000, () => `"A":"${CANARY}"`, ',')}}`,
  'a text of JSON that does not end': `{"A":"${many('b')}`,
  'a text of JSON with a line break': `{"A":"${many('b')}\n"}`,
  'a text of JSON with an escape that is none': `{"A":"${many('b')}\\x"}`,
  'lines of a .env': numbered(20_000, (index) => `A_${index}=${CANARY}\n`),
  'equal lines of a .env': numbered(20_000, (index) => `A=${CANARY}${index}\n`),
  'lines that are none': numbered(20_000, () => `${CANARY}\n`),
  'a line of base64': many('QUJD'),
  comments: many('# A=1 B=2\n'),
  signs: many('='),
  equations: many('A=1 '),
};

it.each(Object.entries(TEXTS))('%s', async (_, text) => {
  const unclear = (error: unknown) => error instanceof ParseError;
  const readers: [read: () => unknown, isOurs: (error: unknown) => boolean][] = [
    ...(['dotenv', 'secrets'] as const).map((source): [() => unknown, typeof unclear] => [
      () => {
        const notes = new Diagnostics();
        readVariables(
          [{ source, content: text, where: 'input' }],
          () => false,
          () => undefined,
          notes,
        );
        expectHarmless([notes.errors, notes.warnings, notes.notices]);
      },
      unclear,
    ]),
    [() => readExpectation(text, () => text), unclear],
    [() => readTaskDefinition('task.json', undefined, () => text), unclear],
    [() => globReader()(text), unclear],
    [() => parseErrors(Buffer.from(text)), isReported],
    [() => parseManifest(Buffer.from(text), undefined, 'the manifest'), isReported],
  ];
  for (const [read, isOurs] of readers)
    try {
      await inTime(read);
    } catch (error) {
      expectOurs(error, isOurs);
    }
});

const YAML: Readonly<Record<string, string>> = {
  'open brackets': '['.repeat(2 ** 17),
  'more characters than it may have': many('"'),
  'keys at the top': numbered(5000, (index) => `k${index}: ${CANARY}\n`),
  'nested keys': numbered(400, (index) => `${' '.repeat(index)}a:\n`),
  variables: `variables:\n${numbered(5000, (index) => `  A_${index}: ${CANARY}\n`)}`,
  rules: `rules:\n${numbered(2000, (index) => `  - { match: A_${index}, to: parameter }\n`)}`,
  anchors: numbered(2000, (index) => `k${index}: &a${index} [*a${Math.max(index - 1, 0)}]\n`),
  quotes: '"'.repeat(2 ** 17),
};
it.each(Object.entries(YAML))('a configuration file of %s', async (_, text) => {
  const notes = new Diagnostics();
  await inTime(() => readConfig(text, 'c.yml', notes));
  expectHarmless([notes.errors]);
  expect(notes.warnings).toEqual([]);
});
