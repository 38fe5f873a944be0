import type { Placement } from '../../desired/desired.ts';
import { forMermaid } from '../escape.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** More variables than this are drawn as one box a way. */
const MOST_VARIABLES = 40;
/** GitHub's Mermaid stops at 500 edges; long before that nobody reads it. */
const MOST_STORES = 25;

const SOURCES: Readonly<Record<string, string>> = {
  dotenv: '.env (input dotenv)',
  'env-file': '.env (env-file)',
  variables: 'input variables',
  secrets: 'input secrets',
  'app-url': 'input app-url',
};

/** The way from the `.env` to its stores, as a Mermaid diagram. */
export function picture({ desired }: Run): Section | undefined {
  const { placements } = desired;
  if (placements.length === 0) return undefined;
  return { title: 'From .env to AWS', before: ['```mermaid'], rows: [diagram(placements)], after: ['```'] };
}

/** @returns the source of the diagram; names stand only in labels, and nodes are numbered. */
export function diagram(placements: readonly Placement[]): string {
  const names = new Set(placements.map(({ route }) => route.variable.name));
  const isGrouped = names.size > MOST_VARIABLES;
  const sources = new Nodes('s');
  const variables = new Nodes('v');
  const stores = new Nodes('t');
  const edges = new Map<string, number>();
  const draw = (from: string, to: string) =>
    edges.set(`${from} ${to}`, (edges.get(`${from} ${to}`) ?? 0) + 1);
  // Variables of one store stand together, so that few lines cross.
  const sorted = [...placements].sort((a, b) =>
    compare(storeOf(a.destination, a.name), storeOf(b.destination, b.name)),
  );
  for (const { route, destination, name } of sorted) {
    const { source } = route.variable;
    const from = sources.of(SOURCES[source] ?? source);
    const isKnown = stores.has(storeOf(destination, name)) || stores.size < MOST_STORES;
    const to = stores.of(isKnown ? storeOf(destination, name) : 'more secrets');
    if (isGrouped) draw(from, to);
    else {
      const variable = variables.of(route.variable.name);
      if (!edges.has(`${from} ${variable}`)) draw(from, variable);
      draw(variable, to);
    }
  }
  const lines = ['flowchart LR'];
  for (const [id, label] of sources.entries()) lines.push(`  ${id}[${forMermaid(label)}]`);
  for (const [id, label] of variables.entries()) lines.push(`  ${id}(${forMermaid(label)})`);
  for (const [id, label] of stores.entries()) lines.push(`  ${id}[(${forMermaid(label)})]`);
  for (const [edge, count] of edges) {
    const [from, to] = edge.split(' ');
    const label = `${count} variable${count === 1 ? '' : 's'}`;
    lines.push(isGrouped ? `  ${from} -->|${forMermaid(label)}| ${to}` : `  ${from} --> ${to}`);
  }
  return lines.join('\n');
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function storeOf(destination: Placement['destination'], name: string): string {
  return destination.store === 'secret' ? `secret ${name}` : `Parameter Store: ${destination.type}`;
}

/** Labels with an id each, in the order in which they come. */
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
