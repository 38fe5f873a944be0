import type { Outcome } from '../../plan/apply.ts';
import type { Fields, Kind, Spec } from '../../resources/resource.ts';
import { consoleUrl } from '../console-link.ts';
import { code, link, prose } from '../escape.ts';
import { NOUNS } from '../fields.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';
import { remarks } from './changes.ts';

/** What can be said of a resource, the most urgent first: one that has two outcomes shows the first of them. */
const STATES = {
  failed: '❌ failed',
  blocked: '⛔ blocked',
  skipped: '⏭️ left out',
  missing: '⬜ missing',
  drifted: '🔶 drifted',
  created: '🆕 created',
  changed: '✏️ changed',
  stands: '✅ stands',
} as const;
type State = keyof typeof STATES;

/** The order of the article: logs, parameters, secrets, repository, sign-in. */
const ORDER: readonly Kind[] = [
  'AWS::Logs::LogGroup',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
  'AWS::ECR::Repository',
  'Image',
  'Auth0::Application',
];

/** What stands at the end: each resource with its state, its page in the console and what it is like. */
export function checklist(run: Run): Section | undefined {
  if (run.outcomes.length === 0) return undefined;
  const byResource = new Map<string, Outcome[]>();
  for (const outcome of run.outcomes) {
    const key = `${ORDER.indexOf(outcome.change.kind)} ${outcome.change.name}`;
    byResource.set(key, [...(byResource.get(key) ?? []), outcome]);
  }
  const rows = [...byResource.keys()].sort().map((key) => row(byResource.get(key) ?? []));
  return { title: 'Checklist', ...table(['', 'Resource', 'Name', 'As it stands'], rows) };
}

function row(outcomes: readonly Outcome[]): string[] {
  const all = Object.keys(STATES) as State[];
  const states = outcomes.map(stateOf);
  const state = all.find((candidate) => states.includes(candidate)) ?? 'stands';
  const outcome = outcomes[states.indexOf(state)] ?? outcomes[0];
  if (outcome === undefined) return [];
  const { kind, name } = outcome.change;
  const spec = outcomes.findLast(({ stands }) => stands !== undefined)?.stands;
  const url = consoleUrl(kind, name, spec?.facts.arn);
  return [
    STATES[state],
    NOUNS[kind],
    url === undefined ? code(name) : link(name, url),
    [...(spec === undefined ? [] : [aspects(kind, spec).join(', ')]), ...outcomes.flatMap(remarks)]
      .map(prose)
      .join('<br>'),
  ];
}

function stateOf({ change, result, stands }: Outcome): State {
  if (result === 'failed' || result === 'blocked' || result === 'skipped') return result;
  if (result === 'done') return change.action === 'create' ? 'created' : 'changed';
  if (result === 'planned') return change.action === 'create' ? 'missing' : 'drifted';
  return stands === undefined ? 'missing' : 'stands';
}

function aspects(kind: Kind, { fields, facts: { version, pushed } }: Spec): string[] {
  const said: string[] = [];
  const add = (field: string, words: (value: string) => string) => {
    const value = fields[field];
    if (typeof value === 'string' || typeof value === 'number') said.push(words(String(value)));
  };
  const countOf = (prefix: string) => Object.keys(fields).filter((field) => field.startsWith(prefix)).length;
  switch (kind) {
    case 'AWS::Logs::LogGroup':
      add(
        'retention',
        (days) => `kept ${days === 'never' ? 'for ever' : `${days} day${days === '1' ? '' : 's'}`}`,
      );
      break;
    case 'AWS::SSM::Parameter':
      add('type', (type) => type);
      add('tier', (tier) => tier);
      if (version !== undefined) said.push(`version ${version}`);
      break;
    case 'AWS::SecretsManager::Secret':
      said.push(`${countOf('key:')} key${countOf('key:') === 1 ? '' : 's'}`);
      break;
    case 'AWS::ECR::Repository':
      add('mutability', (mutability) => mutability);
      add('encryption', (encryption) => encryption);
      break;
    case 'Image':
      said.push(...tagsOf(fields));
      if (pushed !== undefined)
        said.push(
          `${pushed.uploaded} blobs sent (${(pushed.sent / 1e6).toFixed(1)} MB in ${pushed.seconds.toFixed(1)} s), ${pushed.reused} reused`,
        );
      break;
    case 'Auth0::Application':
      said.push(
        `${countOf('callback:')} callback, ${countOf('logout:')} logout URLs, ${countOf('origin:')} web origins`,
      );
      break;
  }
  return said;
}

function tagsOf(fields: Fields): string[] {
  return Object.keys(fields)
    .filter((field) => field.startsWith('image:'))
    .map((field) => field.slice('image:'.length));
}
