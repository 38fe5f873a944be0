import type { Run } from './run.ts';

/**
 * The hidden line by which a comment or an issue is found again: one for each prefix and region.
 * It is the first line, so that a text that quotes another one is not taken for it.
 */
export function marker(what: 'plan' | 'drift', { settings }: Run): string {
  // Two hyphens in a row would end the comment in some readers.
  const name = `${settings.prefix} ${settings.region}`.replaceAll('--', '%2D%2D');
  return `<!-- aws-bootstrap ${what} ${name}`;
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
