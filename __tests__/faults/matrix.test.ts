/** Each request of a run × each fault: errors by class, only its resources fail, and the next run completes it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { AbortedError } from '../../src/clients/cancellation.ts';
import { AwsError } from '../../src/clients/errors.ts';
import { PERMISSIONS } from '../../src/clients/permissions.ts';
import { PERMISSION } from '../../src/registry/failure.ts';
import {
  badMessages,
  type CleanRun,
  complete,
  failuresOf,
  isExplained,
  mustBeSilent,
  namesIn,
  roleOf,
  runClean,
  untilQuiet,
  writesOf,
} from './cases.ts';
import { openHarness } from './harness.ts';
import { isPossible, isRefused, KINDS, type Kind, LASTING } from './kinds.ts';
import { atLeast, IS_NIGHTLY, partWithRefusals } from './part.ts';
import { SCENES, setScene } from './scenes.ts';
import { readState } from './state.ts';

const harness = await openHarness();
afterAll(() => harness[Symbol.asyncDispose]());

interface Case {
  readonly clean: CleanRun;
  readonly role: string;
  readonly write: boolean;
  readonly kind: Kind;
  /** Hits every such request on the one resource, not only the first. */
  readonly stays: boolean;
}
const all: Case[] = [];
const roles = new Set<string>();
const clean = await runClean(harness, SCENES);
for (const one of clean) {
  // Requests that are made at once arrive in any order, and the sample is the same at every run.
  const made = [...new Map(one.requests.map((request) => [roleOf(request), request]))].sort(
    ([left], [right]) => (left < right ? -1 : 1),
  );
  for (const [role, { name, write }] of made) {
    // Once is enough for every day, but what follows a deletion in the same change is another matter.
    const isOther = one.scene.name === 'change of type' && role.startsWith('ssm.');
    if (roles.has(role) && !isOther && !IS_NIGHTLY) continue;
    roles.add(role);
    const possible = (kind: Kind) => isPossible(kind, name);
    for (const kind of KINDS.filter(possible)) all.push({ clean: one, role, write, kind, stays: false });
    for (const kind of LASTING.filter(possible)) all.push({ clean: one, role, write, kind, stays: true });
  }
}
const cases = partWithRefusals(all, 4, ({ role, kind }) => [role, kind]);

test('the matrix has every call of this action and every fault', () => {
  expect(new Set(cases.map(({ role }) => role))).toEqual(roles);
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  expect(all.length).toBeGreaterThanOrEqual(1_200);
  expect(cases.length).toBeGreaterThanOrEqual(atLeast(330));
  console.log(
    all.length,
    cases.length,
    roles.size,
    clean.map(({ scene, requests }) => `${scene.name} ${requests.length}`).join(', '),
  );
  const hit = new Set(cases.map(({ role }) => role.replace(/ of .*/, '')));
  const verbs = Object.entries(PERMISSION);
  const calls = [
    ...Object.entries(PERMISSIONS).flatMap(([action, { byRegistry }]) =>
      byRegistry === true ? [] : [action.replace(':', '.')],
    ),
    'sts.GetCallerIdentity',
    ...['token', 'read', 'update'].map((call) => `auth0.${call}`),
    ...verbs.map(([verb]) => `registry.${verb}`),
  ];
  expect(calls.filter((name) => !hit.has(name))).toEqual([]);
  // And what the registry asks IAM for is behind its verbs.
  const authorized = new Set<string>(verbs.map(([, action]) => action));
  for (const [action, { byRegistry }] of Object.entries(PERMISSIONS))
    if (byRegistry === true) expect(authorized).toContain(action);
});

/** Whether the run retries or does without it, so that nothing fails. */
function isPassing({ kind, role, stays, clean }: Case): boolean {
  if (stays) return false;
  if (role.startsWith('registry.')) {
    const verb = role.slice('registry.'.length);
    if (verb === 'GET blob') return kind !== 'access-denied';
    if (kind === 'not-found') return verb === 'HEAD blob' || /^(PATCH|PUT) upload$/.test(verb);
    if (kind === 'conflict') return verb.endsWith('upload');
    return kind !== 'access-denied';
  }
  // What was created a moment ago may not be visible yet.
  if (kind === 'not-found')
    return clean.scene.name === 'create' && /PutRetentionPolicy|PutLifecyclePolicy/.test(role);
  if (kind === 'conflict') return /^(ssm|logs)\./.test(role);
  return kind !== 'access-denied' && kind !== 'expired-token';
}

/** Whether a change may fail because of the faults of its own requests. */
function mayFail(role: string, hit: ReadonlySet<string>, kind: string, name: string): boolean {
  if (role.startsWith('auth0.')) return kind === 'Auth0::Application';
  if (role.startsWith('registry.') || role === 'ecr.GetAuthorizationToken') return kind === 'Image';
  if (role.endsWith(' of neighbours')) return /^AWS::(Logs|ECR)::/.test(kind);
  // The listing that finds orphans also shows what the parameters of this run are like.
  if (role === 'ssm.DescribeParameters of orphans')
    return kind === 'AWS::SSM::Parameter' || name.endsWith('/*');
  if (role.endsWith(' of orphans') || role === 'secretsmanager.ListSecrets') return name.endsWith('/*');
  return hit.has(name);
}

const SECOND_HALF = 'change of type ssm.PutParameter';

/** Whether a change is the one that a write was for. */
function isFor(role: string, kind: string, isNamed: boolean): boolean {
  if (role.startsWith('auth0.')) return kind === 'Auth0::Application';
  return role.startsWith('registry.') ? kind === 'Image' : isNamed;
}

test.each(
  cases.map(
    (one) =>
      [`${one.clean.scene.name}: ${one.role} ${one.stays ? 'always' : 'once'} ${one.kind}`, one] as const,
  ),
)('%s', async (_, one) => {
  const { clean, role, kind, stays } = one;
  const { scene, names } = clean;
  const step = await setScene(harness, scene);
  const isExpired = kind === 'expired-token' && !/^(registry|auth0)\./.test(role);
  let victim: string | undefined;
  let hits = 0;
  let count = 0;
  let answered: Promise<number> | undefined;
  const first = await harness.run(
    step,
    async (request, index) => {
      count = index + 1;
      // What was under way goes on once the run knows that its credentials have expired.
      if (answered !== undefined) await answered.then(() => sleep(20));
      if (roleOf(request) !== role || (hits > 0 && !stays)) return undefined;
      const about = namesIn(request, names);
      victim ??= about[0];
      if (victim !== undefined && !about.includes(victim)) return undefined;
      hits += 1;
      if (isExpired) answered = untilQuiet(() => count);
      await answered;
      return kind;
    },
    // No test waits half a minute for an answer that never comes.
    kind === 'hang' ? { answerMs: 1_000 } : {},
  );
  expect(hits, `${role} is hit`).toBeGreaterThan(0);
  expect(badMessages(first)).toEqual([]);
  expect(first.reason).not.toBe('internal');
  if (first.isEarly) {
    expect(role).toBe('sts.GetCallerIdentity');
    expect(writesOf(first)).toEqual([]);
  }
  const hit = new Set(
    first.requests.filter(({ fault }) => fault !== undefined).flatMap((request) => namesIn(request, names)),
  );
  const failures = failuresOf(first);
  const failed = failures.map(({ change }) => change.name);
  for (const { change, result, error, blockedBy } of failures) {
    const about = `${change.name} ${result} ${change.blocked?.reason ?? ''} ${String(error)}`;
    if (result === 'skipped') {
      expect(failed, about).toContain(blockedBy);
      continue;
    }
    expect(result, about).toBe('failed');
    if (isExpired) {
      expect((error as AwsError | AbortedError).reason, about).toBe('credentials');
      continue;
    }
    expect(isExplained(error), about).toBe(true);
    if (kind === 'access-denied' && error instanceof AwsError)
      expect(error.reason, about).toBe('access-denied');
    expect(mayFail(role, hit, change.kind, change.name), about).toBe(true);
  }
  if (isRefused(one))
    expect(
      failures.some(({ change }) => isFor(role, change.kind, change.name === victim)),
      `${role} of ${victim}: a refused write is reported`,
    ).toBe(true);
  if (isPassing(one)) {
    expect(first.failure).toBeUndefined();
    expect(failures).toEqual([]);
    expect([...first.notices].sort()).toEqual([...clean.notices].sort());
    expect(await readState(harness)).toEqual(clean.end);
    return mustBeSilent(harness, step);
  }
  if (isExpired) {
    // The run does not go on with credentials that have expired, but for the second half of a change of type.
    const later = first.requests
      .slice(await answered)
      .filter(({ name }) => !/^(registry|auth0)\./.test(name));
    const writes = later.filter(({ write, name }) => write && `${scene.name} ${name}` !== SECOND_HALF);
    expect(writes.map(({ name }) => name)).toEqual([]);
    expect(later.length).toBeLessThanOrEqual(25);
  }
  const lost = await complete(harness, clean);
  // Between the deletion and the creation of a change of type nothing keeps the tags of others: a notice has them.
  if (scene.name === 'change of type' && role === 'ssm.PutParameter' && first.failure !== undefined)
    for (const name of lost) expect(first.notices.join(' ')).toMatch(new RegExp(`${name}: .*team=platform`));
  // A run that cannot see who else wrote has not merged their keys, and says so by a failure.
  else if (role === 'secretsmanager.ListSecretVersionIds')
    expect(failed).toEqual(expect.arrayContaining(lost));
  else expect(lost).toEqual([]);
});
