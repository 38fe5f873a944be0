import { countKeys } from './json-keys.ts';
import { syntaxFault } from './json-place.ts';
import { ParseError } from './parse.ts';
import { isOpaque } from './variable-name.ts';

/** Deeper than any document of AWS; what is nested further would overflow the stack of whoever walks over it. */
const DEPTH = 64;

/**
 * Reads JSON that a user wrote by hand.
 * @param what names it in the fault, like `the file`
 * @param remedy what to do where it is no JSON
 * @throws ParseError for what is no JSON, nested too deep, or holds a key twice, of which every reader takes another one
 */
export function parseJsonFile(text: string, what: string, remedy: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    const fault = syntaxFault(text);
    throw new ParseError(`${what} is not JSON${fault === undefined ? '' : `: ${fault}`}; ${remedy}`);
  }
  const { deepest, twice } = countKeys(text);
  if (deepest > DEPTH) throw new ParseError(`${what} is nested deeper than ${DEPTH} levels; ${remedy}`);
  if (twice !== undefined)
    throw new ParseError(
      `${what} has ${/^\w{1,40}$/.test(twice) && !isOpaque(twice) ? `"${twice}"` : 'a key'} twice in one object; keep one of the two`,
    );
  return document;
}
