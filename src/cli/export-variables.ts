import { classify } from '../desired/classify.ts';
import { route } from '../desired/routing.ts';
import { rowOf, variableIn } from '../desired/table.ts';
import { CREATED, OWNER_FIELD } from '../model/ownership.ts';
import { type Specs, Unreadable } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { Diagnostics } from '../settings/diagnostics.ts';
import { Masks, SHORTEST_UNDECIDED } from '../settings/masks.ts';
import type { Settings } from '../settings/settings.ts';
import { nameFault } from '../settings/variable.ts';

type Parameter = Specs['AWS::SSM::Parameter'];
type Bundle = Specs['AWS::SecretsManager::Secret'];

/** Resources below the prefix, as they were read. */
export interface Stored {
  readonly parameters: ReadonlyMap<string, Parameter | Unreadable>;
  readonly secrets: ReadonlyMap<string, Bundle | Unreadable>;
}

/** One variable as the account has it. */
export interface StoredVariable {
  readonly name: string;
  /** Undefined where the role may not read it. */
  readonly value: Secret | undefined;
  /** Whether its value is written only with `--reveal`. */
  readonly isSecret: boolean;
  /** Location of its value, as text. */
  readonly place: string;
}

export interface StoredVariables {
  readonly variables: readonly StoredVariable[];
  readonly omitted: readonly string[];
}

/** One location of a variable that may have several. */
interface Candidate extends StoredVariable {
  readonly store: 'parameter' | 'secret';
}

export type RoutingSettings = Pick<Settings, 'prefix' | 'rules' | 'prefer' | 'parameterTier'>;

/**
 * Turns parameters and keys of secrets below the prefix back into variables. A variable with several locations is taken
 * from the one that the routing names.
 */
export function variablesOf({ parameters, secrets }: Stored, settings: RoutingSettings): StoredVariables {
  const omitted: string[] = [];
  const candidates: Candidate[] = [];
  for (const [path, found] of parameters) {
    const place = `Parameter Store ${path}`;
    if (found instanceof Unreadable) omitted.push(`${place} cannot be read`);
    else add(candidates, omitted, parameterOf(found, settings, place));
  }
  for (const [path, found] of secrets) {
    const place = `Secrets Manager ${path}`;
    if (found instanceof Unreadable) omitted.push(`${place} cannot be read`);
    else if (found.metadata.unread === true)
      omitted.push(`${place} is left out, since the role may not read its keys`);
    else if (found.metadata.unusable !== undefined)
      omitted.push(`${place} is left out, since it holds no JSON object`);
    else for (const one of keysOf(found, settings, place)) add(candidates, omitted, one);
  }
  return { variables: hideContained(chosen(candidates, settings, omitted), settings), omitted };
}

/** A plain value that holds the text of a secret is as secret: a URL with the password, say. */
function hideContained(variables: readonly StoredVariable[], settings: RoutingSettings): StoredVariable[] {
  const masks = new Masks(() => {}, [settings.prefix]);
  for (const { name, value, isSecret } of variables) {
    if (!isSecret || value === undefined) continue;
    const valueClass = routeOf(name, value, settings).class;
    // Only secret values hide others: the name of a database, stored with its password, is part of many values.
    if (valueClass === 'secret') masks.hide(value, name, false);
    else if (valueClass === 'undecided') masks.hide(value, name, false, SHORTEST_UNDECIDED);
  }
  const secretIn = masks.snapshot();
  return variables.map((variable) => {
    if (variable.isSecret || variable.value === undefined) return variable;
    const holder = secretIn(variable.value);
    return holder === undefined
      ? variable
      : { ...variable, isSecret: true, place: `${variable.place}, holds the value of ${holder}` };
  });
}

const routeOf = (name: string, value: Secret, settings: RoutingSettings) =>
  route({ name, value, source: 'dotenv', where: '' }, settings, new Diagnostics(), classify);

/** A name that no `.env` could hold is reported by its location alone: a key may be part of a value. */
function add(candidates: Candidate[], omitted: string[], candidate: Candidate): void {
  if (nameFault(candidate.name) === undefined) candidates.push(candidate);
  else if (candidate.store === 'parameter')
    omitted.push(`${candidate.place} has no name that a .env can hold`);
  else omitted.push(`A key of ${candidate.place.replace(/, key .*$/s, '')} has no name that a .env can hold`);
}

function parameterOf({ name: path, fields }: Parameter, settings: RoutingSettings, place: string): Candidate {
  const segment = path.slice(settings.prefix.length + 1);
  const name = ruledName(settings, segment, ({ store }) => store === 'parameter') ?? segment;
  const value = typeof fields.value === 'string' ? new Secret(fields.value) : fields.value;
  const isSecret =
    fields.type === 'SecureString' || isHidden(name, value, settings, fields[OWNER_FIELD] === CREATED);
  return { name, value, isSecret, place: `${place}, ${fields.type}`, store: 'parameter' };
}

/**
 * A String is written with its value where the run would store it so. An undecided value counts as plain where this
 * action created it, since it has then classified it before, or followed a rule.
 */
export function isHidden(
  name: string,
  value: Secret | undefined,
  settings: RoutingSettings,
  isMade: boolean,
): boolean {
  if (value === undefined) return false;
  const valueClass = routeOf(name, value, settings).class;
  return valueClass === 'secret' || (valueClass === 'undecided' && !isMade);
}

function keysOf({ name: path, fields }: Bundle, settings: RoutingSettings, place: string): Candidate[] {
  const bundle = path.slice(settings.prefix.length);
  return Object.entries(fields).flatMap(([field, held]): Candidate[] => {
    if (!field.startsWith('key:') || held === undefined || typeof held === 'symbol') return [];
    const key = field.slice('key:'.length);
    const isHere = (target: { store: string; bundle?: string }) =>
      target.store === 'secret' && target.bundle === bundle;
    const name = ruledName(settings, key, isHere) ?? variableIn(bundle, key) ?? key;
    const value = held instanceof Secret ? held : new Secret(String(held));
    return [{ name, value, isSecret: true, place: `${place}, key ${key}`, store: 'secret' }];
  });
}

/** @returns the variable of a rule that stores it under another name; a pattern of several names has none */
function ruledName(
  { rules }: RoutingSettings,
  key: string,
  isTarget: (target: RoutingSettings['rules'][number]['targets'][number]) => boolean,
): string | undefined {
  const rule = rules.find((each) => each.key === key && each.targets.some(isTarget));
  return rule !== undefined && /^[A-Za-z_]\w*$/.test(rule.pattern) ? rule.pattern : undefined;
}

/** Of several locations the one that the routing names wins; others that differ are reported. */
function chosen(
  candidates: readonly Candidate[],
  settings: RoutingSettings,
  omitted: string[],
): StoredVariable[] {
  const byName = new Map<string, Candidate[]>();
  for (const one of candidates) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  return [...byName.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const all = [first, ...more];
    const best = all.find((one) => isRouted(one, settings)) ?? first;
    for (const one of all)
      if (one !== best && !(one.value !== undefined && best.value?.equals(one.value)))
        omitted.push(`${one.place} has another value than ${best.place}, which is written`);
    // A value that one location encrypts stays hidden even if another stores it in plain, unless the table stores it in both.
    const isPlainByTable = rowOf(best.name)?.parameter === true && !best.isSecret;
    return [{ ...best, isSecret: !isPlainByTable && all.some(({ isSecret }) => isSecret) }];
  });
}

function isRouted({ name, value, store }: Candidate, settings: RoutingSettings): boolean {
  const { destinations } = routeOf(name, value ?? new Secret('x'), settings);
  // The type of a parameter is known, and plain ones can be written with their value.
  const routed = destinations.find((one) => one.store === 'parameter') ?? destinations[0];
  return routed?.store === store;
}
