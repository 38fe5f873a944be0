import {
  type Document,
  isAlias,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';

/** A YAML text that means what it seems to mean. */
export interface YamlReading {
  readonly document: Document;
  /** @returns the 1-based line that a node begins at. */
  lineAt(range: readonly number[] | null | undefined): number | undefined;
}

/** Tags that only say what is so anyway. @see https://yaml.org/spec/1.2.2/#103-core-schema */
const CORE = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** Whether it is one of the settings whose values are texts in the end, whatever YAML takes them for. */
const holdsTexts = (node: unknown) =>
  isPair(node) && isScalar(node.key) && (node.key.value === 'variables' || node.key.value === 'tags');

/**
 * Reads YAML, and refuses what would arrive as something else than what is written.
 * @param fault is told what is wrong, never with what was read
 */
export function readYaml(
  source: string,
  fault: (line: number | undefined, text: string) => void,
): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
  });
  const lineAt = (range: readonly number[] | null | undefined) =>
    range?.[0] === undefined ? undefined : lines.linePos(range[0]).line;
  for (const problem of document.errors)
    fault(
      lines.linePos(problem.pos[0]).line,
      `invalid YAML: ${problem.code.toLowerCase().replaceAll('_', ' ')}`,
    );
  visit(document, (place, node, path) => {
    if (!isNode(node)) return;
    for (const wrong of [place === 'key' ? keyFault(node) : undefined, nodeFault(node, path)])
      if (wrong !== undefined) fault(lineAt(node.range), wrong);
  });
  return { document, lineAt };
}

function keyFault(key: Node): string | undefined {
  // A list or an alias for a key would be told to people as a text that nobody wrote.
  if (!isScalar(key) || key.value === null) return 'this key is no word; write name: value';
  return key.value === '__proto__' ? 'this key cannot be used' : undefined;
}

function nodeFault(node: Node, path: readonly unknown[]): string | undefined {
  // An alias can blow a small file up to gigabytes, and nothing here needs one.
  if (isAlias(node)) return 'anchors and aliases are not supported; write it out';
  // `!vault x` would arrive as the text behind it, `!!binary x` as bytes.
  if (node.tag !== undefined && !CORE.test(node.tag))
    return 'tags of YAML (a word behind "!") are not supported; write the value itself';
  if (!isScalar(node)) return undefined;
  // `1.50` would arrive as 1.5, `007` as 7, an id of 20 digits rounded.
  if (typeof node.value === 'number' && node.source !== String(node.value))
    return 'this number would not be kept as it is written; put it into quotes';
  // `True` would arrive as `true`, which another program may not understand.
  if (typeof node.value === 'boolean' && node.source !== String(node.value) && path.some(holdsTexts))
    return 'this word would not be kept as it is written; put it into quotes';
  return undefined;
}
