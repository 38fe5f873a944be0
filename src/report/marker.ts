import type { Caller } from '../clients/identity.ts';
import { accountMark } from '../plan/binding.ts';
import { PARTS } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';

/** Hidden lines that identify a comment or an issue. */
export interface Marker {
  /** Begin of the first line, different for each prefix, region and `only`, since a run of a part does not know the rest. */
  readonly begin: string;
  /** Content of the second line: two accounts may have the same prefix and region. */
  readonly account: string;
}

/** @returns the marker of a run's comment or issue */
export function marker(
  what: 'plan' | 'drift',
  { settings, caller }: { readonly settings: Settings; readonly caller: Caller },
): Marker {
  const parts = partsOf(settings);
  // Two hyphens in a row would end the comment in some parsers.
  const name = `${settings.prefix} ${settings.region}`.replaceAll('--', '%2D%2D');
  return {
    begin: `<!-- aws-bootstrap ${what}${parts.length === 0 ? '' : ` of ${parts.join(',')}`} ${name}`,
    account: accountMark(settings, caller.account),
  };
}

/** @returns the parts that `only` names, in the order of the documentation; none where the run is of all */
export function partsOf({ only }: Settings): readonly string[] {
  return only.size === PARTS.length ? [] : PARTS.filter((part) => only.has(part));
}

// A carriage return begins a line too: as a blank, many of them would take quadratic time.
const PART = /^([\t ]*<!-- aws-bootstrap \w+) of ([a-z0-9,-]+) /m;

/** @returns the parts that the marker of a text names; none where it has that of the whole, or no marker */
export function partsIn(body: string): readonly string[] {
  return PART.exec(body)?.[2]?.split(',') ?? [];
}

/** @returns the text with the marker of the whole, where it has that of a part */
export function asWhole(body: string): string {
  return body.replace(PART, '$1 ');
}

/** @param state stored with the marker, such as a hash of the text */
export function marked({ begin, account }: Marker, text: string, state = ''): string {
  return `${begin}${state === '' ? '' : ` ${state}`} -->\n<!-- aws-bootstrap account ${account} -->\n${text}`;
}

const ACCOUNT = /^\s*<!-- aws-bootstrap account ([0-9a-f]+) -->\s*$/;

/**
 * The marker may be on any line, since users write above it; a quotation of it has another character before it.
 * Texts of older versions name no account: the first run that finds one adds its own.
 * @returns the state behind the marker; undefined where the text has none, or that of another account
 */
export function stateOf({ begin, account }: Marker, body: string): string | undefined {
  const lines = body.split(/\r?\n/);
  const at = lines.findIndex(
    (line) => line.trimStart().startsWith(`${begin} `) && line.trimEnd().endsWith('-->'),
  );
  if (at < 0) return undefined;
  const named = accountIn(body);
  if (named !== undefined && named !== account) return undefined;
  return lines[at]?.trim().slice(begin.length, -'-->'.length).trim();
}

/** @returns the account's mark in a text, undefined where an older version wrote it */
export function accountIn(body: string): string | undefined {
  for (const line of body.split(/\r?\n/)) {
    const found = ACCOUNT.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
