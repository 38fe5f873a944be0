import { ParseError } from './parse.ts';

/*
 * The patterns of the configuration file: a small language, whose matching takes at most as many steps as pattern times
 * name. The author of a pull request controls patterns, and the regular expressions of larger languages can take longer
 * than the run may (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS).
 */

/** Longer than any name that patterns match. */
const MOST_CHARACTERS = 256;
/** Limit for the patterns that the braces of one pattern expand to. */
const MOST_ALTERNATIVES = 64;
/** Limit for the expanded patterns of a file: each name is compared with each of them. */
const MOST_OF_FILE = 5_000;

const ALLOWED =
  'a pattern takes * (any characters), ? (one character), [abc], [a-z], [!a] (one of these, none of these) and {a,b} (either)';

/** One character that is among the ranges, or that is not. */
interface OneOf {
  readonly isNegated: boolean;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}
const STAR = '*';
type Token = typeof STAR | OneOf;
type Sequence = readonly Token[];

const ANY: OneOf = { isNegated: true, ranges: [] };

/** @returns whether a name matches */
export type Matches = (name: string) => boolean;

/**
 * Reads patterns of one file.
 * @returns the compiler of one pattern; it throws ParseError if it is no pattern, or if the file has too many
 */
export function globReader(most = MOST_OF_FILE): (pattern: string) => Matches {
  let left = most;
  return (pattern) => {
    const sequences = parse(pattern);
    left -= sequences.length;
    if (left < 0)
      throw new ParseError(`this file has more than ${most} patterns; join some of them with * or ?`);
    return (name) => sequences.some((sequence) => isMatch(sequence, name));
  };
}

/** @returns the expanded patterns, without braces */
function parse(pattern: string): readonly Sequence[] {
  if (pattern.length > MOST_CHARACTERS)
    throw new ParseError(`this pattern is too long; write one of at most ${MOST_CHARACTERS} characters`);
  // At the front, some tools negate the whole pattern.
  if (pattern.startsWith('!')) throw new ParseError(`a pattern does not begin with "!"; ${ALLOWED}`);
  const [sequences, end] = parseSequence(pattern, 0, false);
  if (end < pattern.length) throw new ParseError(`a brace in it is not opened; ${ALLOWED}`);
  return sequences;
}

/** @returns the alternatives from here on, and where they end: in braces before the comma or the brace */
function parseSequence(text: string, from: number, isInBraces: boolean): [Token[][], end: number] {
  let sequences: Token[][] = [[]];
  const add = (token: Token) => {
    for (const sequence of sequences) sequence.push(token);
  };
  let at = from;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '}' || (character === ',' && isInBraces)) break;
    if (/[()|\\\]]/.test(character))
      throw new ParseError(`"${character}" is not allowed in a pattern; ${ALLOWED}`);
    if (character === '{') {
      const [alternatives, end] = parseBraces(text, at + 1);
      sequences = product(sequences, alternatives);
      at = end;
    } else if (character === '[') {
      const [token, end] = parseBrackets(text, at + 1);
      add(token);
      at = end;
    } else {
      if (character === '*') add(STAR);
      else if (character === '?') add(ANY);
      else add(exactly(text.charCodeAt(at)));
      at += 1;
    }
  }
  return [sequences, at];
}

/** @param from behind the opening brace */
function parseBraces(text: string, from: number): [Token[][], end: number] {
  const alternatives: Token[][] = [];
  let at = from;
  let commas = 0;
  for (;;) {
    const [more, end] = parseSequence(text, at, true);
    alternatives.push(...more);
    if (end >= text.length) throw new ParseError(`a brace in it is not closed; ${ALLOWED}`);
    at = end + 1;
    if (text[end] === '}') break;
    commas += 1;
  }
  if (commas === 0) throw new ParseError(`braces hold at least two parts; ${ALLOWED}`);
  return [alternatives, at];
}

function product(before: readonly Token[][], after: readonly Token[][]): Token[][] {
  if (before.length * after.length > MOST_ALTERNATIVES)
    throw new ParseError(
      `its braces come to more than ${MOST_ALTERNATIVES} patterns; write a list of shorter ones`,
    );
  return before.flatMap((one) => after.map((other) => [...one, ...other]));
}

/** @param from behind the opening bracket */
function parseBrackets(text: string, from: number): [OneOf, end: number] {
  const isNegated = text[from] === '!' || text[from] === '^';
  const ranges: [number, number][] = [];
  let at = isNegated ? from + 1 : from;
  for (;;) {
    const character = text[at];
    if (character === undefined) throw new ParseError(`a bracket in it is not closed; ${ALLOWED}`);
    if (character === ']') break;
    // Named classes such as [:alpha:] and escapes are not supported.
    if (character === '[' || character === '\\')
      throw new ParseError(`a bracket holds characters and ranges only; ${ALLOWED}`);
    const isRange = text[at + 1] === '-' && text[at + 2] !== undefined && text[at + 2] !== ']';
    const low = text.charCodeAt(at);
    const high = isRange ? text.charCodeAt(at + 2) : low;
    if (high < low) throw new ParseError(`a range in it runs backwards; ${ALLOWED}`);
    ranges.push([low, high]);
    at += isRange ? 3 : 1;
  }
  if (ranges.length === 0) throw new ParseError(`a bracket in it is empty; ${ALLOWED}`);
  return [{ isNegated, ranges }, at + 1];
}

const exactly = (code: number): OneOf => ({ isNegated: false, ranges: [[code, code]] });

const fits = ({ isNegated, ranges }: OneOf, code: number) =>
  ranges.some(([low, high]) => low <= code && code <= high) !== isNegated;

/**
 * Goes back to the last star only, which then matches one more character: an earlier star could match nothing that
 * the last one cannot. So the steps are at most the characters of the name for each token.
 */
function isMatch(sequence: Sequence, name: string): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let taken = 0;
  while (at < name.length) {
    const configured = sequence[token];
    if (configured === STAR) {
      star = token;
      taken = at;
      token += 1;
    } else if (configured !== undefined && fits(configured, name.charCodeAt(at))) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      taken += 1;
      at = taken;
    } else return false;
  }
  while (sequence[token] === STAR) token += 1;
  return token === sequence.length;
}
