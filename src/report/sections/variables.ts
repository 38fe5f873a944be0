import { isTypeUnknown, type ResolvedDestination } from '../../desired/destination.ts';
import type { Plan } from '../../model/change.ts';
import type { Source } from '../../settings/variable.ts';
import { breakable, forMermaid, prose, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { shortName } from '../resources.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';

/** Where each variable goes, and why, with the diagram. */
export function variables({ desired, plan, settings }: Run): Section | undefined {
  const { destinations } = desired;
  if (destinations.length === 0) return undefined;
  const typeOf = storedTypes(plan);
  const section = table(
    messages.folds.variableColumns,
    destinations.map((destination) => row(destination, typeOf(destination), settings.prefix)),
  );
  const names = new Set(destinations.map(({ route }) => route.variable.name));
  return {
    ...section,
    folded: richHtml(messages.folds.variables(names.size)),
    after: ['', '```mermaid', diagram(destinations, typeOf), '```'],
    rank: 5,
  };
}

function row(
  { route, destination, kind, name, empty }: ResolvedDestination,
  type: string | undefined,
  prefix: string,
): string[] {
  const notes = [route.reason];
  if (route.once) notes.push('written once, never overwritten');
  if (empty) notes.push('empty here, left as it is');
  if (destination.store === 'parameter' && destination.type === 'String' && type === 'SecureString')
    notes.push('already stored encrypted, so it stays encrypted and hidden');
  const variable = breakable(route.variable.name);
  const blockedBy = prose(notes.join('; '));
  if (destination.store === 'secret')
    return [variable, `secret ${breakable(name)} key ${breakable(destination.key)}`, blockedBy];
  const short = shortName(kind, name, prefix);
  const place = short === route.variable.name ? '' : ` ${breakable(short)}`;
  return [variable, `${prose(type ?? '')} parameter${place}`, blockedBy];
}

/**
 * A type without a rule is a guess: the type of an existing parameter overrides it.
 * @returns the type of a parameter in reports; undefined for a key of a secret
 */
function storedTypes(plan: Plan): (destination: ResolvedDestination) => string | undefined {
  const types = new Map<string, string>();
  for (const { kind, name, desired } of plan)
    if (kind === 'AWS::SSM::Parameter' && typeof desired.fields.type === 'string')
      types.set(name, desired.fields.type);
  return (destination) => {
    const { destination: target, name } = destination;
    if (target.store === 'secret') return undefined;
    return isTypeUnknown(destination) ? 'existing' : (types.get(name) ?? target.type);
  };
}

/** More variables than this are drawn as one box for each flow. */
const MOST_VARIABLES = 40;
/** GitHub's Mermaid stops at 500 edges, and is unreadable long before. */
const MOST_STORES = 25;

const SOURCES: Readonly<Record<Source, string>> = {
  dotenv: '.env (input dotenv)',
  'env-file': '.env (env-file)',
  variables: 'input variables',
  secrets: 'input secrets',
  'app-url': 'input app-url',
};

/**
 * Variables from one source with the same stores share a box.
 * @param typeOf returns the type of a parameter
 * @returns the source of the diagram; names are only in labels, and nodes are numbered
 */
export function diagram(destinations: readonly ResolvedDestination[], typeOf = storedTypes([])): string {
  const flows = flowsOf(destinations, typeOf);
  const isGrouped = new Set(destinations.map(({ route }) => route.variable.name)).size > MOST_VARIABLES;
  const sources = new Nodes('s');
  const stores = new Nodes('t');
  const boxes: string[] = [];
  const edges: string[] = [];
  [...flows.values()].forEach(({ source, variables, targets }, index) => {
    const box = `v${index + 1}`;
    const names = [...variables].sort(compare);
    const label = isGrouped
      ? forMermaid(`${names.length} variable${names.length === 1 ? '' : 's'}`)
      : `"${names.map((name) => forMermaid(name).slice(1, -1)).join('<br/>')}"`;
    boxes.push(`  ${box}(${label})`);
    edges.push(`  ${sources.of(SOURCES[source])} --> ${box}`);
    for (const target of targets) {
      const isKnown = stores.has(target) || stores.size < MOST_STORES;
      const edge = `  ${box} --> ${stores.of(isKnown ? target : 'more secrets')}`;
      if (!edges.includes(edge)) edges.push(edge);
    }
  });
  return [
    'flowchart LR',
    ...sources.entries().map(([id, label]) => `  ${id}[${forMermaid(label)}]`),
    ...boxes,
    ...stores.entries().map(([id, label]) => `  ${id}[(${forMermaid(label)})]`),
    ...edges,
  ].join('\n');
}

interface Flow {
  readonly source: Source;
  readonly variables: Set<string>;
  readonly targets: readonly string[];
}

function flowsOf(
  destinations: readonly ResolvedDestination[],
  typeOf: ReturnType<typeof storedTypes>,
): Map<string, Flow> {
  const targets = new Map<string, { source: Source; stores: Set<string> }>();
  for (const destination of destinations) {
    const { route, name } = destination;
    const { name: variable, source } = route.variable;
    const found = targets.get(variable) ?? { source, stores: new Set<string>() };
    const type = typeOf(destination);
    found.stores.add(type === undefined ? `secret ${name}` : `Parameter Store: ${type}`);
    targets.set(variable, found);
  }
  const flows = new Map<string, Flow>();
  for (const [variable, { source, stores }] of targets) {
    const sorted = [...stores].sort(compare);
    const key = [source, ...sorted].join('\n');
    const flow = flows.get(key) ?? { source, variables: new Set(), targets: sorted };
    flow.variables.add(variable);
    flows.set(key, flow);
  }
  return new Map([...flows].sort(([a], [b]) => compare(a, b)));
}

/** The compared names are unique. */
const compare = (a: string, b: string) => (a < b ? -1 : 1);

/** Ids of labels, in order of first use. */
class Nodes {
  readonly #ids = new Map<string, string>();
  readonly #letter: string;

  constructor(letter: string) {
    this.#letter = letter;
  }

  of(label: string): string {
    const id = this.#ids.get(label) ?? `${this.#letter}${this.#ids.size + 1}`;
    this.#ids.set(label, id);
    return id;
  }

  has(label: string): boolean {
    return this.#ids.has(label);
  }

  get size(): number {
    return this.#ids.size;
  }

  entries(): Array<[id: string, label: string]> {
    return [...this.#ids].map(([label, id]) => [id, label]);
  }
}
