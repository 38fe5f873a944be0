import type { Configuration, Rule, Variable } from './configuration.ts';
import { fits, type Resolved } from './settings.ts';
import { ownerOf, type State } from './state.ts';

export interface DesiredParameter {
  /** undefined: it was empty, so everything but the value is compared. */
  readonly value: string | undefined;
  /** A run that has the value would create it: the empty one came from `secrets`. */
  readonly isOutOfReach: boolean;
  readonly type: 'String' | 'SecureString';
  /** By its source, its value or its name; not merely undecided. */
  readonly isSecret: boolean;
  /** A rule says the type. */
  readonly isExplicit: boolean;
  readonly isOnce: boolean;
}
export interface DesiredKey {
  readonly value: string | undefined;
  readonly isOutOfReach: boolean;
  readonly isOnce: boolean;
}
export interface Desired {
  readonly parameters: Map<string, DesiredParameter>;
  readonly secrets: Map<string, Map<string, DesiredKey>>;
}

/** The README's table: bundle and key; `either` rows follow `prefer`. */
const TABLE: Readonly<Record<string, { bundle: string; key: string; either?: true }>> = {
  DB_PASSWORD: { bundle: 'db', key: 'password' },
  POSTGRES_PASSWORD: { bundle: 'db', key: 'postgres_password' },
  AUTH0_CLIENT_SECRET: { bundle: 'auth0', key: 'client_secret' },
  FLASK_SECRET_KEY: { bundle: 'flask', key: 'secret_key' },
  DB_USER: { bundle: 'db', key: 'username', either: true },
  DB_NAME: { bundle: 'db', key: 'name', either: true },
  DB_HOST: { bundle: 'db', key: 'host', either: true },
  POSTGRES_USER: { bundle: 'db', key: 'postgres_user', either: true },
  POSTGRES_DB: { bundle: 'db', key: 'postgres_db', either: true },
  AUTH0_CLIENT_ID: { bundle: 'auth0', key: 'client_id', either: true },
  AUTH0_DOMAIN: { bundle: 'auth0', key: 'domain', either: true },
};

/** The variable that a key of a bundle holds, by the table or by its own name. */
export const variableOfKey = (bundle: string, key: string): string =>
  Object.entries(TABLE).find(([, row]) => row.bundle === bundle && row.key === key)?.[0] ?? key;

const isSecret = ({ source, valueKind, nameKind }: Variable): boolean =>
  source === 'secrets' || valueKind === 'token' || nameKind === 'secret';

const isFromVariables = ({ source }: Variable) => source === 'variables' || source === 'file';

/** The class alone, for what neither a rule nor the table knows. */
function typeByClass(variable: Variable): 'String' | 'SecureString' {
  if (isSecret(variable)) return 'SecureString';
  return variable.valueKind === 'opaque' && !isFromVariables(variable) ? 'SecureString' : 'String';
}

export const ruleOf = (rules: readonly Rule[], name: string): Rule | undefined =>
  rules.find(({ match }) => [match].flat().some((glob) => fits(glob, name)));

const EMPTY: State = { parameters: {}, secrets: {}, logGroup: undefined, repository: undefined };

export function route(configuration: Configuration, settings: Resolved, state: State): Desired {
  const { variables, rules } = configuration;
  const { environment } = settings;
  const desired: Desired = { parameters: new Map(), secrets: new Map() };
  const isKey = (bundle: string, key: string): boolean => {
    const value = state.secrets[`${environment}/${bundle}`]?.value;
    return typeof value === 'object' && key in value;
  };
  // Without a listing, only secrets that get a variable are read.
  const read =
    settings.prune === 'off'
      ? route(configuration, { ...settings, prune: 'report' }, EMPTY).secrets
      : state.secrets;
  const isRead = (path: string) => (read instanceof Map ? read.has(path) : path in read);
  // What belongs to others is none of a variable's; what is in a deleted secret cannot be read.
  const bundles = Object.entries(state.secrets)
    .filter(([, { tags, isDeleted }]) => ['created', 'adopted'].includes(ownerOf(tags)) && !isDeleted)
    .map(([path]) => path)
    .filter((path) => path.startsWith(`${environment}/`) && isRead(path))
    .map((path) => path.slice(environment.length + 1));
  /** What exists as a key of a secret stays hidden, wherever it goes. */
  const isHidden = ({ name }: Variable): boolean => {
    // Where it is a String as well, it is one.
    if (name === 'AUTH0_DOMAIN' || state.parameters[`${environment}/${name}`] !== undefined) return false;
    if (bundles.some((bundle) => isKey(bundle, name))) return true;
    // With `prefer: ssm` the table itself says String.
    const row = settings.prefersSsm ? undefined : TABLE[name];
    return row !== undefined && bundles.includes(row.bundle) && isKey(row.bundle, row.key);
  };

  const putParameter = (variable: Variable, type: 'String' | 'SecureString', rule?: Rule) =>
    desired.parameters.set(`${environment}/${rule?.key ?? variable.name}`, {
      value: variable.value === '' ? undefined : variable.value,
      isOutOfReach: settings.onEmpty === 'auto' && variable.value === '' && variable.source === 'secrets',
      type:
        rule === undefined && variable.name !== 'AUTH0_DOMAIN' && isHidden(variable) ? 'SecureString' : type,
      isSecret: isSecret(variable),
      isExplicit: rule !== undefined,
      isOnce: rule?.write === 'once',
    });
  const putKey = (variable: Variable, bundle: string, key: string, rule?: Rule) => {
    const path = `${environment}/${bundle}`;
    const keys = desired.secrets.get(path) ?? new Map<string, DesiredKey>();
    desired.secrets.set(path, keys);
    keys.set(key, {
      value: variable.value === '' ? undefined : variable.value,
      isOutOfReach: settings.onEmpty === 'auto' && variable.value === '' && variable.source === 'secrets',
      isOnce: rule?.write === 'once',
    });
  };

  const left: Variable[] = [];
  for (const variable of variables) {
    const rule = ruleOf(rules, variable.name);
    if (rule === undefined) left.push(variable);
    else
      for (const to of [rule.to].flat()) {
        if (to === 'parameter') putParameter(variable, 'String', rule);
        else if (to === 'secure-parameter') putParameter(variable, 'SecureString', rule);
        else if (to !== 'ignore') {
          const bundle = to.slice('secret/'.length);
          const row = TABLE[variable.name];
          putKey(variable, bundle, rule.key ?? (row?.bundle === bundle ? row.key : variable.name), rule);
        }
      }
  }
  // A bundle is made for its secret keys, and for what a rule sends there.
  const made = new Set([...desired.secrets.keys()].map((path) => path.slice(environment.length + 1)));
  for (const variable of left) {
    const row = TABLE[variable.name];
    if (row === undefined) continue;
    if (row.either !== true) made.add(row.bundle);
    else if (isSecret(variable) && !settings.prefersSsm) made.add(row.bundle);
  }
  for (const variable of left) {
    const row = TABLE[variable.name];
    const typeByValue =
      variable.valueKind === 'token' || variable.source === 'secrets' ? 'SecureString' : 'String';
    if (row === undefined) {
      const isTuning = variable.name.startsWith('GUNICORN_');
      putParameter(variable, isTuning ? typeByValue : typeByClass(variable));
    } else if (row.either !== true || (!settings.prefersSsm && made.has(row.bundle)))
      putKey(variable, row.bundle, row.key);
    if (row?.either !== true) continue;
    const isBundled = desired.secrets.get(`${environment}/${row.bundle}`)?.has(row.key) === true;
    if (variable.name === 'AUTH0_DOMAIN') putParameter(variable, typeByValue);
    else if (!isBundled) putParameter(variable, typeByValue);
  }
  return desired;
}
