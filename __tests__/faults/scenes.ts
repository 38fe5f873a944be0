/** Full runs over all four kinds at once, in each of the states that a run can meet. */
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { ABSENT, type Fields } from '../../src/model/fields.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { errorText } from '../../src/report/failure.ts';
import { Secret } from '../../src/secret.ts';
import { canonicalJson } from '../../src/settings/canonical-lifecycle.ts';
import { findCanaries } from '../action/leaks.ts';
import type { Bench, Round, RoundOptions } from '../resources/bench.ts';
import {
  bundle,
  LOG_KEY,
  lifecycleOf,
  logGroup,
  plainParameter,
  pulled,
  repository,
  SUBJECTS,
  secureParameter,
} from '../resources/subjects.ts';
import type { Call } from '../servers/aws.ts';
import type { Clients } from '../servers/clients.ts';

/** What no message may hold. */
export const CANARIES = [1, 2, 3, 4, 5].map((number) => `c4nary-${number}-Zk9vQ2x7`);
const [FIRST = '', SECOND = '', THIRD = '', FOURTH = '', FIFTH = ''] = CANARIES;
const THEIRS = { team: 'platform' };

export const NAMES: readonly string[] = SUBJECTS.map(([, { name }]) => name);

export const wanted = (): DesiredResource[] => shared({}, {});

/** The same, with more of what belongs to the application. */
const shared = (ofLogs: Fields, ofRepository: Fields): DesiredResource[] => [
  logGroup.wish({ retention: 30, ...ofLogs }),
  plainParameter.wish(),
  secureParameter.wish({ value: new Secret(FIRST) }),
  bundle.wish({ 'key:password': new Secret(SECOND) }),
  repository.wish({ lifecycle: canonicalJson(lifecycleOf(10)), ...ofRepository }),
];

/** Everything that can differ does: values, tags, retention, keys, mutability, policy. */
export const changed = (): DesiredResource[] =>
  [
    logGroup.wish({ retention: 60, 'key-id': LOG_KEY }),
    plainParameter.wish({ value: 'two' }),
    secureParameter.wish({ value: new Secret(THIRD), 'key-id': 'alias/ours' }),
    bundle.wish({
      'key:password': new Secret(FOURTH),
      'key:host': new Secret(FIFTH),
      'key-id': 'alias/ours',
    }),
    repository.wish({
      mutability: 'IMMUTABLE',
      lifecycle: canonicalJson(lifecycleOf(20)),
      'scan-on-push': 'false',
      ...pulled('111122223333'),
    }),
  ].map(
    (wish) =>
      ({
        ...wish,
        spec: { ...wish.spec, fields: { ...wish.spec.fields, 'tag:cost': '42' } },
      }) as DesiredResource,
  );
const COST = {
  tags: new Map([
    ['project', 'portfolio'],
    ['cost', '42'],
  ]),
};

export interface Scene {
  readonly name: string;
  /** What stands before the run. */
  readonly set: (bench: Bench) => Promise<unknown>;
  readonly wishes: () => DesiredResource[];
  readonly options: RoundOptions;
}

export const SCENES: readonly Scene[] = [
  { name: 'create', set: async () => {}, wishes: wanted, options: {} },
  { name: 'update', set: (bench) => bench.round(wanted()), wishes: changed, options: COST },
  {
    name: 'adopt',
    set: async ({ front }) => {
      for (const [, subject] of SUBJECTS) await subject.foreign(front, THEIRS);
    },
    wishes: wanted,
    options: {},
  },
  {
    name: 'restore',
    async set(bench) {
      await bench.round(wanted());
      const { front, others } = bench;
      await front.secrets.deleteSecret({ SecretId: bundle.name, RecoveryWindowInDays: 30 });
      await others.logs.deleteRetentionPolicy({ logGroupName: logGroup.name });
      await others.ssm.deleteParameter({ Name: secureParameter.name });
    },
    wishes: changed,
    options: COST,
  },
  {
    name: 'overtaken',
    async set(bench) {
      await bench.round(wanted());
      let isLeft = true;
      bench.aws.onCall(async ({ operation }, moment) => {
        if (operation !== 'PutSecretValue' || moment !== 'before' || !isLeft) return;
        isLeft = false;
        await overtake(bench.others);
      });
    },
    wishes: changed,
    options: COST,
  },
  {
    name: 'withdraw',
    set: (bench) => bench.round(shared({ 'key-id': LOG_KEY }, pulled('111122223333'))),
    wishes: () => shared({ 'key-id': ABSENT }, pulled(undefined)),
    options: {},
  },
  { name: 'silent', set: (bench) => bench.round(wanted()), wishes: wanted, options: {} },
];

/** Somebody else's key, between our reading and our writing. */
async function overtake({ secrets }: Clients): Promise<void> {
  const { SecretString = '' } = await secrets.getSecretValue({ SecretId: bundle.name });
  const theirs = JSON.stringify({ ...JSON.parse(SecretString), theirs: 'x' });
  await secrets.putSecretValue({ SecretId: bundle.name, SecretString: theirs });
}
const MERGED = /another writer changed it in the meantime; it is read again/;

/** @returns what is told, apart from what the scene itself asks for */
export const remarksOf = ({ told }: Round): string[] => told.filter((text) => !MERGED.test(text));

/** The account as the scene finds it. */
export async function setScene(bench: Bench, scene: Scene): Promise<void> {
  bench.aws.closeIdle();
  await bench.aws.reset();
  await scene.set(bench);
}

export const play = (bench: Bench, scene: Scene, more: RoundOptions = {}): Promise<Round> =>
  bench.round(scene.wishes(), { ...scene.options, ...more });

/** What stands in the end, versions apart. */
export async function standing(clients: Clients): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    SUBJECTS.map(
      async ([, { name, read }]) => [name, { ...(await read(clients)), version: undefined }] as const,
    ),
  );
  return Object.fromEntries(entries);
}

/** The resources that a call is about. */
export function namesIn({ input }: Pick<Call, 'input'>): string[] {
  const texts: string[] = [];
  JSON.stringify(input, (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return NAMES.filter((name) =>
    texts.some(
      (text) => text === name || text.endsWith(`:log-group:${name}`) || text.endsWith(`:repository/${name}`),
    ),
  );
}

export const fullName = ({ service, operation }: Pick<Call, 'service' | 'operation'>): string =>
  `${service}.${operation}`;

/** @returns what is wrong with how failures are told: not in words, with a stack or with a value. */
export function badWords({ outcomes, told }: Round): string[] {
  const texts = [
    ...outcomes.filter(({ result }) => result === 'failed').map(({ error }) => errorText(error)),
    ...told,
  ];
  return texts.flatMap((text) => [
    ...findCanaries('message', text, CANARIES),
    ...(/\n|\bat .+:\d+:\d+|undefined|\[object|NaN|something unexpected/.test(text) ? [`told: ${text}`] : []),
    ...(text.length < 20 ? [`no words: ${text}`] : []),
  ]);
}

export const isWell = ({ result }: Outcome): boolean => result === 'done' || result === 'unchanged';

/** One run that must bring about all that is wanted, and one that must find nothing to do. */
export async function heal(bench: Bench, scene: Scene): Promise<void> {
  const second = await play(bench, scene);
  const ill = second.outcomes.filter((outcome) => !isWell(outcome));
  if (ill.length > 0)
    throw new Error(
      `not healed: ${ill.map(({ change, error }) => `${change.name} ${change.blocked?.reason ?? ''} ${String(error)}`).join('; ')}`,
    );
  await bench.silent(scene.wishes(), scene.options);
}

/** @returns each operation of the full runs, with the first scene that needs it. */
export async function operationsOf(bench: Bench): Promise<Map<string, Scene>> {
  const found = new Map<string, Scene>();
  for (const scene of SCENES) {
    await setScene(bench, scene);
    for (const call of (await play(bench, scene)).calls)
      if (!found.has(fullName(call))) found.set(fullName(call), scene);
  }
  return found;
}
