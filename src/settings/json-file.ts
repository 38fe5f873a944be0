import { syntaxFault } from './json-place.ts';
import { Unclear } from './texts.ts';
import { isOpaque } from './variable-name.ts';

/** Deeper than any document of AWS; what is nested further would overflow the stack of whoever walks over it. */
const DEPTH = 64;

/**
 * Reads JSON that a user wrote by hand.
 * @param what names it in the fault, like `the file`
 * @param remedy what to do where it is no JSON
 * @throws Unclear for what is no JSON, nested too deep, or holds a key twice, of which every reader takes another one
 */
export function parseJsonFile(text: string, what: string, remedy: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    const fault = syntaxFault(text);
    throw new Unclear(`${what} is not JSON${fault === undefined ? '' : `: ${fault}`}; ${remedy}`);
  }
  const { deepest, twice } = survey(text);
  if (deepest > DEPTH) throw new Unclear(`${what} is nested deeper than ${DEPTH} levels; ${remedy}`);
  if (twice !== undefined)
    throw new Unclear(
      `${what} has ${/^\w{1,40}$/.test(twice) && !isOpaque(twice) ? `"${twice}"` : 'a key'} twice in one object; keep one of the two`,
    );
  return document;
}

/**
 * JSON.parse keeps the last of two equal keys without a word.
 * @param level down to which keys are looked at; the object itself is level 1
 * @returns the first key that stands twice in an object of a JSON text that is known to parse
 */
export function repeatedKey(json: string, level: number): string | undefined {
  return survey(json, level).twice;
}

function survey(
  json: string,
  level = Number.POSITIVE_INFINITY,
): { deepest: number; twice: string | undefined } {
  const open: Array<Set<string>> = [];
  let deepest = 0;
  let twice: string | undefined;
  for (const token of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [sign, colon] = token;
    if (sign === '{' || sign === '[') deepest = Math.max(deepest, open.push(new Set()));
    else if (sign === '}' || sign === ']') open.pop();
    else if (colon !== undefined && open.length <= level && twice === undefined) {
      const key = String(JSON.parse(sign.slice(0, sign.lastIndexOf('"') + 1)));
      const keys = open.at(-1);
      if (keys?.has(key)) twice = key;
      keys?.add(key);
    }
  }
  return { deepest, twice };
}
