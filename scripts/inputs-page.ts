/** The sections of docs/inputs.md: one for each input, with its description, its default and an example. */

type Inputs = Readonly<Record<string, { readonly description: string }>>;

/** A group of docs/inputs.yml. */
export interface Group {
  readonly title: string;
  readonly text?: string;
  /** YAML of the example by the name of the input. */
  readonly inputs: Readonly<Record<string, string>>;
}

interface Sources {
  readonly inputs: Inputs;
  readonly groups: readonly Group[];
  /** Keys of the configuration file. */
  readonly fileKeys: readonly string[];
  /** @returns the words that are code in the description of an input */
  readonly wordsOf: (input: string) => readonly string[];
}

/** @throws where an input has no example, or two */
export function inputGroups({ inputs, groups, fileKeys, wordsOf }: Sources): string {
  const listed = groups.flatMap((group) => Object.keys(group.inputs));
  const faults = [
    ...Object.keys(inputs).flatMap((name) => (listed.includes(name) ? [] : [`no example for ${name}`])),
    ...listed.flatMap((name) => (name in inputs ? [] : [`action.yml has no input ${name}`])),
    ...listed.flatMap((name, at) => (listed.indexOf(name) === at ? [] : [`${name} is listed twice`])),
  ];
  if (faults.length > 0) throw new Error(`docs/inputs.yml: ${faults.join(', ')}`);
  return groups
    .flatMap(({ title, text, inputs: examples }) => [
      `## ${title}`,
      ...(text === undefined ? [] : [text]),
      ...Object.entries(examples).map(([name, example]) =>
        section(name, {
          description: inputs[name]?.description ?? '',
          example,
          isInFile: fileKeys.includes(name),
          words: wordsOf(name),
        }),
      ),
    ])
    .join('\n\n');
}

const REQUIRED = /\. Required, here or in the configuration file$/;

interface Section {
  readonly description: string;
  readonly example: string;
  readonly isInFile: boolean;
  readonly words: readonly string[];
}

function section(name: string, { description, example, isInFile, words }: Section): string {
  const [, meaning = description, fallback] = /^(.*?)\. Default: (.+)$/s.exec(description) ?? [];
  const facts = [
    ...(REQUIRED.test(meaning) ? ['Required.'] : []),
    ...(fallback === undefined ? [] : [`Default: ${defaultOf(fallback, words)}.`]),
    ...(isInFile ? [] : ['Not in the configuration file.']),
  ];
  return [
    `### \`${name}\``,
    `${markdownOf(meaning.replace(REQUIRED, ''), words)}.`,
    ...(facts.length === 0 ? [] : [facts.join(' ')]),
    `\`\`\`yaml\n${example.trimEnd()}\n\`\`\``,
  ].join('\n\n');
}

/** A value is code; `all` and sentences are words. */
const defaultOf = (text: string, words: readonly string[]) =>
  /^\S+$/.test(text) && text !== 'all' ? `\`${text}\`` : markdownOf(text, words);

/** Placeholders, paths, and names such as `AUTH0_DOMAIN`, `PREFIX/NAME`, `keep-last:N` and `issues: write`. */
const CODE = [
  /[\w./-]*\{\w+\}/,
  /\/?[A-Z][A-Z0-9]+(?:[_/][A-Z0-9]+)+(?:: latest, dev-\*)?/,
  /KEY=value/,
  /[a-z][a-z-]*:[A-Z[\]:]+/,
  /alias\/NAME/,
  /[a-z-]+: ?(?:write|clients)/,
  /(?:[a-z.]+\/)*[a-z-]*\.(?:env|yml)/,
  /[a-z]+-[a-z]+\/[a-z-]+/,
  /us-west-2/,
  /(?:workflow|repository)_[a-z]+/,
  /toJSON\(secrets\)/,
];

/**
 * @param words that are code in this text
 * @returns the text with names, values and paths as code
 */
export function markdownOf(text: string, words: readonly string[]): string {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  const code = [...CODE.map(({ source }) => source), ...longestFirst.map((word) => `\\b${word}\\b(?!-)`)];
  return text
    .split(new RegExp(`(https?://\\S+|(?<![\\w-])(?:${code.join('|')}))`))
    .map((piece, at) => {
      if (at % 2 === 0) return piece.replace(/[|*<]/g, '\\$&');
      return piece.startsWith('http') ? piece : `\`${piece}\``;
    })
    .join('');
}
