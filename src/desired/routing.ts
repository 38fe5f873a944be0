import type { Store, Tier } from '../settings/choices.ts';
import type { Notes } from '../settings/fault.ts';
import { ADVANCED_BYTES, STANDARD_BYTES } from '../settings/limits.ts';
import type { Rule } from '../settings/rules.ts';
import type { Variable } from '../settings/variables.ts';
import { certainly, looksRandom, secretWord } from './looks.ts';
import { rowOf } from './table.ts';

/** A place of a variable. */
export type Destination =
  | { readonly store: 'parameter'; readonly type: 'String' | 'SecureString'; readonly segment: string }
  | { readonly store: 'secret'; readonly bundle: string; readonly key: string };

export interface Route {
  readonly variable: Variable;
  /** Empty: a rule ignores it. */
  readonly destinations: readonly Destination[];
  /** Why it goes there, for people. */
  readonly reason: string;
  /** Its value is masked and never shown. */
  readonly sensitive: boolean;
  /** Its value may stand in reports. */
  readonly shown: boolean;
  /** Created when missing, never overwritten. */
  readonly once: boolean;
  /** A rule decided; otherwise the type of a parameter hangs on its value and its source, too. */
  readonly ruled: boolean;
}

export interface RoutingSettings {
  readonly rules: readonly Rule[];
  readonly prefer: Store;
  readonly parameterTier: Tier;
}

/**
 * Decides where a variable goes. In order: a rule of the configuration file, the table, what its name or value
 * looks like, else a plain parameter.
 * @returns the route; what cannot be is in `notes`, with the rule that would help
 */
export function route(variable: Variable, settings: RoutingSettings, notes: Notes): Route {
  const rule = settings.rules.find((candidate) => candidate.matches(variable.name));
  const found = rule === undefined ? byTable(variable, settings, notes) : byRule(variable, rule, notes);
  for (const destination of found.destinations)
    if (destination.store === 'parameter') checkParameter(variable, settings.parameterTier, notes);
  return found;
}

function byRule(variable: Variable, rule: Rule, notes: Notes): Route {
  const { name } = variable;
  const row = rowOf(name);
  const destinations = rule.targets.map((target): Destination => {
    if (target.store === 'parameter')
      return {
        store: 'parameter',
        type: target.secure ? 'SecureString' : 'String',
        segment: rule.key ?? name,
      };
    const own = row?.secret?.bundle === target.bundle ? row.secret.key : name;
    return { store: 'secret', bundle: target.bundle, key: rule.key ?? own };
  });
  const plain = destinations.some((place) => place.store === 'parameter' && place.type === 'String');
  const secure = destinations.some((place) => place.store === 'secret' || place.type === 'SecureString');
  const why = secretReason(variable);
  if (plain && why !== undefined)
    notes.warn({
      ...placeOf(variable),
      text: `${why}, and the rule "${rule.pattern}" makes it a plain String that everybody with read access sees`,
    });
  return {
    variable,
    destinations,
    reason: destinations.length === 0 ? `ignored by the rule "${rule.pattern}"` : `rule "${rule.pattern}"`,
    sensitive: secure || why !== undefined || row?.sensitive === true,
    shown: !secure && why === undefined && (row === undefined || row.shown === true),
    once: rule.once,
    ruled: true,
  };
}

function byTable(variable: Variable, settings: RoutingSettings, notes: Notes): Route {
  const { name, value } = variable;
  const row = rowOf(name);
  const fromSecrets = variable.source === 'secrets';
  const certain = certainly(value);
  const parameter = (secure: boolean): Destination => ({
    store: 'parameter',
    type: secure ? 'SecureString' : 'String',
    segment: name,
  });

  if (row !== undefined) {
    const bundled = row.secret !== undefined && !(row.either === true && settings.prefer === 'ssm');
    const secure = fromSecrets || certain !== undefined;
    const destinations: Destination[] = [];
    if (row.secret !== undefined && bundled) destinations.push({ store: 'secret', ...row.secret });
    if (row.parameter === true || !bundled) destinations.push(parameter(secure));
    if (secure && certain !== undefined && destinations.some((place) => place.store === 'parameter'))
      notes.notice({
        ...placeOf(variable),
        text: `its value looks like ${certain}, so it becomes a SecureString`,
      });
    return {
      variable,
      destinations,
      reason: fromSecrets && row.sensitive !== true ? `${row.reason}; given as a secret` : row.reason,
      sensitive: row.sensitive === true || secure,
      shown: row.shown === true && !secure,
      once: false,
      ruled: false,
    };
  }

  const guess = guessReason(variable);
  if (guess !== undefined && !fromSecrets)
    notes.notice({
      ...placeOf(variable),
      text: `${guess}, so it becomes a SecureString. To settle it: { match: ${name}, to: secure-parameter }, or to: parameter if it is no secret`,
    });
  const secure = fromSecrets || guess !== undefined;
  const reason = fromSecrets ? 'given as a secret' : (guess ?? 'plain setting');
  return {
    variable,
    destinations: [parameter(secure)],
    reason,
    sensitive: secure,
    shown: !secure,
    once: false,
    ruled: false,
  };
}

/** @returns why a variable that no row names is taken for a secret. */
function guessReason(variable: Variable): string | undefined {
  const certain = certainly(variable.value);
  if (certain !== undefined) return `its value looks like ${certain}`;
  const word = secretWord(variable.name);
  if (word !== undefined) return `its name holds ${word}`;
  if (looksRandom(variable.value)) return 'its value looks like a key';
  return undefined;
}

function secretReason(variable: Variable): string | undefined {
  if (variable.source === 'secrets') return 'it was given as a secret';
  const row = rowOf(variable.name);
  if (row?.sensitive === true) return `it is a secret (${row.reason})`;
  const certain = certainly(variable.value);
  if (certain !== undefined) return `its value looks like ${certain}`;
  return row === undefined ? guessReason(variable) : undefined;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Value, Tier) */
function checkParameter(variable: Variable, tier: Tier, notes: Notes): void {
  const { name, value } = variable;
  const bytes = value.byteLength;
  const remedy = `add the rule { match: ${name}, to: secret/app }`;
  const limit = tier === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
  if (value.is((text) => text.includes('{{')))
    notes.fault({ ...placeOf(variable), text: `Parameter Store refuses a value that holds "{{"; ${remedy}` });
  else if (bytes > limit)
    notes.fault({
      ...placeOf(variable),
      text: `its ${bytes} bytes are more than the ${limit} that a parameter${tier === 'Standard' ? ' of the Standard tier' : ''} holds; ${remedy}`,
    });
}

/** @returns where a note on the variable points. */
export function placeOf(variable: Variable): {
  where: string;
  file: string | undefined;
  line: number | undefined;
  key: string;
} {
  return { where: variable.where, file: variable.file, line: variable.line, key: variable.name };
}
