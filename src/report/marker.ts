import { PARTS } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';
import type { Run } from './run.ts';

/**
 * The hidden line by which a comment or an issue is found again: one for each prefix and region, and for each `only`,
 * since a run of a part knows nothing of the rest.
 * It is the first line, so that a text that quotes another one is not taken for it.
 */
export function marker(what: 'plan' | 'drift', { settings }: Run): string {
  const parts = partsOf(settings);
  // Two hyphens in a row would end the comment in some readers.
  const name = `${settings.prefix} ${settings.region}`.replaceAll('--', '%2D%2D');
  return `<!-- aws-bootstrap ${what}${parts.length === 0 ? '' : ` of ${parts.join(',')}`} ${name}`;
}

/** @returns the parts that `only` names, in the order of the documentation; none where the run is of all */
export function partsOf({ only }: Settings): readonly string[] {
  return only.size === PARTS.length ? [] : PARTS.filter((part) => only.has(part));
}

const PART = /^(\s*<!-- aws-bootstrap \w+) of ([a-z0-9,-]+) /;

/** @returns the parts that the marker of a text names; none where it has that of the whole, or no marker */
export function partsIn(body: string): readonly string[] {
  return PART.exec(body)?.[2]?.split(',') ?? [];
}

/** @returns the text with the marker of the whole, where it has that of a part */
export function asWhole(body: string): string {
  return body.replace(PART, '$1 ');
}

/** @param state what is kept beside, such as a hash of what stands below */
export function marked(begin: string, text: string, state = ''): string {
  return `${begin}${state === '' ? '' : ` ${state}`} -->\n${text}`;
}

/** @returns the state behind the marker, undefined where the text does not begin with it. */
export function stateOf(begin: string, body: string): string | undefined {
  const line = body.trimStart().replace(/\r?\n.*$/s, '');
  if (!line.startsWith(`${begin} `) || !line.endsWith('-->')) return undefined;
  return line.slice(begin.length, -'-->'.length).trim();
}
