import type { Secret } from '../secret.ts';
import type { Store, Tier } from '../settings/choices.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import { ADVANCED_BYTES, STANDARD_BYTES } from '../settings/limits.ts';
import type { Rule } from '../settings/rules.ts';
import type { Variable } from '../settings/variable.ts';
import { APP_URL } from './app-url.ts';
import { rowOf } from './table.ts';

/** `undecided` is the default: it is hidden like a secret, and a rule settles it. */
export type ValueClass = 'secret' | 'plain' | 'undecided';

export interface Classification {
  readonly class: ValueClass;
  /** For people, without the value: `a number`, `its name says PASSWORD`. */
  readonly reason: string;
  /** Whether it is a secret by its value alone, whatever its name and source. */
  readonly certain: boolean;
}

/** Judges a variable by its name and its value alone. */
export type Classify = (name: string, value: Secret) => Classification;

/** Unclassified values are never printed. */
export const UNDECIDED: Classification = { class: 'undecided', reason: 'hidden', certain: false };

/** The destination of a variable. */
export type Destination =
  | { readonly store: 'parameter'; readonly type: 'String' | 'SecureString'; readonly segment: string }
  | { readonly store: 'secret'; readonly bundle: string; readonly key: string };

export interface Route {
  readonly variable: Variable;
  /** Empty: a rule ignores it. */
  readonly destinations: readonly Destination[];
  /** Why it has this destination, for people. */
  readonly reason: string;
  /** Other values than plain ones are masked in the log and never printed. */
  readonly class: ValueClass;
  /** Its value may be printed: it is classified as plain, or a rule says so. Its destination may still prevent it. */
  readonly shown: boolean;
  /** Created when missing, never overwritten. */
  readonly once: boolean;
  /** A rule decided; otherwise the type of a parameter is a guess by its name, its value and its source. */
  readonly explicit: boolean;
}

/** Encrypted only because its class is undecided. Variables that the routing table stores in plain are not. */
export function isUndecided({ class: of, explicit, destinations }: Route): boolean {
  const isEncrypted = destinations.some((place) => place.store === 'secret' || place.type === 'SecureString');
  return of === 'undecided' && !explicit && isEncrypted;
}

export interface RoutingSettings {
  readonly rules: readonly Rule[];
  readonly prefer: Store;
  readonly parameterTier: Tier;
}

/**
 * Decides the destination of a variable: by a rule of the configuration file, the routing table, or its class. Secret
 * and undecided values become a SecureString, only evidently plain ones a String.
 * @param classify by name and value
 * @returns the route; errors are in `notes`, with the rule that would help
 */
export function route(
  variable: Variable,
  settings: RoutingSettings,
  notes: Diagnostics,
  classify: Classify,
): Route {
  const rule = settings.rules.find((candidate) => candidate.matches(variable.name));
  const found =
    rule === undefined ? byTable(variable, settings, classify) : byRule(variable, rule, notes, classify);
  for (const destination of found.destinations)
    if (destination.store === 'parameter') checkParameter(variable, settings.parameterTier, notes);
  return found;
}

function byRule(variable: Variable, rule: Rule, notes: Diagnostics, classify: Classify): Route {
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
  const classification = classifyVariable(variable, classify);
  if (plain && classification.class === 'secret')
    notes.warn({
      ...sourceLocation(variable),
      text: `${classification.reason}, and the rule "${rule.pattern}" stores it as a plain String that everyone with read access can see`,
    });
  const isTablePlain = row === undefined || row.shown === true;
  return {
    variable,
    destinations,
    reason: destinations.length === 0 ? `ignored by the rule "${rule.pattern}"` : `rule "${rule.pattern}"`,
    // A rule that stores a value in the clear makes it plain, unless it is certainly a secret.
    class: secure ? 'secret' : plain && classification.class === 'undecided' ? 'plain' : classification.class,
    shown: plain && !secure && classification.class !== 'secret' && isTablePlain,
    once: rule.once,
    explicit: true,
  };
}

function byTable(variable: Variable, settings: RoutingSettings, classify: Classify): Route {
  const { name } = variable;
  const row = rowOf(name);
  const classification = classifyVariable(variable, classify);
  const parameter = (secure: boolean): Destination => ({
    store: 'parameter',
    type: secure ? 'SecureString' : 'String',
    segment: name,
  });
  const route = { variable, once: false, explicit: false };
  if (row === undefined) {
    const isPlain = classification.class === 'plain';
    return {
      ...route,
      destinations: [parameter(!isPlain)],
      reason: `${classification.class}: ${classification.reason}`,
      class: classification.class,
      shown: isPlain,
    };
  }
  const bundled = row.secret !== undefined && !(row.either === true && settings.prefer === 'ssm');
  const secure = classification.class === 'secret';
  const destinations: Destination[] = [];
  if (row.secret !== undefined && bundled) destinations.push({ store: 'secret', ...row.secret });
  if (row.parameter === true || !bundled) destinations.push(parameter(secure));
  const isPrintable = row.shown === true && classification.class === 'plain';
  return {
    ...route,
    destinations,
    reason: secure && row.sensitive !== true ? `${row.reason}; secret: ${classification.reason}` : row.reason,
    class: secure ? 'secret' : row.shown === true ? classification.class : 'plain',
    shown: isPrintable,
  };
}

const GIVEN_AS_SECRET: Classification = { class: 'secret', reason: 'given as a secret', certain: false };

/**
 * The class of a variable by its source, its row, its name and its value. Rows are exempt from classification by name; a
 * value that is certainly a secret overrides them. An undecided value from `variables` is plain, as the user says.
 */
function classifyVariable(variable: Variable, classify: Classify): Classification {
  const { name, value, source } = variable;
  if (source === 'secrets') return GIVEN_AS_SECRET;
  const row = rowOf(name);
  if (row?.sensitive === true) return { class: 'secret', reason: row.reason, certain: false };
  if (value.byteLength === 0) {
    const byName = classify(name, value);
    return byName.class === 'secret' && row === undefined
      ? byName
      : { class: 'plain', reason: 'its value is empty', certain: false };
  }
  const classification = classify(row === undefined ? name : '', value);
  // Auth0 shows it to every user who signs in; a path that is certainly a secret is a mistake.
  if (source === 'app-url' && classification.class !== 'secret')
    return { class: 'plain', reason: 'the address of app-url', certain: false };
  if (classification.class === 'undecided' && source === 'variables')
    return { class: 'plain', reason: 'given by variables', certain: false };
  return classification;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Value, Tier) */
function checkParameter(variable: Variable, tier: Tier, notes: Diagnostics): void {
  const { name, value } = variable;
  const bytes = value.byteLength;
  const remedy = `add the rule { match: ${name}, to: secret/app }`;
  const limit = tier === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
  if (value.is((text) => text.includes('{{')))
    notes.fault({
      ...sourceLocation(variable),
      text: `Parameter Store refuses a value that holds "{{"; ${remedy}`,
    });
  else if (bytes > limit)
    notes.fault({
      ...sourceLocation(variable),
      text: `its ${bytes} bytes are more than the ${limit} that a parameter${tier === 'Standard' ? ' of the Standard tier' : ''} holds; ${remedy}`,
    });
}

/** @returns the place for notes on the variable. */
export function sourceLocation(variable: Variable): {
  where: string;
  file: string | undefined;
  line: number | undefined;
  key: string;
} {
  return { where: variable.where, file: variable.file, line: variable.line, key: variable.name };
}

/**
 * A plain variable may contain a secret one, like a password in a command line. Reports then hide it. Its type stays:
 * otherwise it would depend on the value of another variable. Auth0 publishes the URLs of `app-url`, so they stay
 * readable.
 * @param secretIn returns the variable whose hidden text a value contains: a name, never the text
 * @returns the routes; each that contains a secret is hidden, with a warning that names both
 */
export function hideContainedSecrets(
  routes: readonly Route[],
  secretIn: (value: Secret) => string | undefined,
  notes: Diagnostics,
): Route[] {
  return routes.map((route) => {
    const { variable, shown, explicit, destinations } = route;
    if (!shown || destinations.length === 0 || variable.where === APP_URL) return route;
    const holder = secretIn(variable.value);
    if (holder === undefined) return route;
    const advice = explicit
      ? ''
      : `, unless a rule says otherwise: { match: ${variable.name}, to: secure-parameter }`;
    notes.warn({
      ...sourceLocation(variable),
      text: `its value holds that of ${holder}, which is secret, so it is shown in no report; it stays a plain String that everybody with read access sees${advice}`,
    });
    return { ...route, shown: false };
  });
}
