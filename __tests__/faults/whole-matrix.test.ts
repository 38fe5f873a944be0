/** What only a whole run asks of AWS, the registry and Auth0 × every fault: no throw, words, the others done, healed. */
import { afterAll, expect, test } from 'vitest';
import { Auth0Error } from '../../src/clients/auth0-error.ts';
import type { AbortedError } from '../../src/clients/cancellation.ts';
import { AwsError } from '../../src/clients/errors.ts';
import { PERMISSIONS } from '../../src/clients/permissions.ts';
import { ImageError } from '../../src/registry/errors.ts';
import { PERMISSION } from '../../src/registry/failure.ts';
import { openBench } from '../resources/bench.ts';
import { isPossible, isRefused, KINDS, type Kind, LASTING } from './kinds.ts';
import { atLeast, IS_NIGHTLY, partWithRefusals } from './part.ts';
import { isWell, operationsOf } from './scenes.ts';
import { type Clean, heal, namesIn, openWhole, playAll, roleOf, writesOf } from './whole-cases.ts';
import { badWords, setScene, standing } from './whole-scenes.ts';

const whole = await openWhole();
afterAll(() => whole[Symbol.asyncDispose]());

const bench = await openBench();
/** They have a matrix of their own. */
const outOfScope = await operationsOf(bench);
await bench[Symbol.asyncDispose]();

interface Case {
  readonly clean: Clean;
  readonly role: string;
  readonly write: boolean;
  readonly kind: Kind;
  /** Hits every such request on the one resource, not only the first. */
  readonly stays: boolean;
}
const all: Case[] = [];
const roles = new Map<string, string>();
for (const clean of await playAll(whole)) {
  // Requests that are made at once arrive in any order, and the sample is the same at every run.
  const made = clean.asked.map((one) => ({ ...one, role: roleOf(one) }));
  for (const one of made.sort((left, right) => (left.role < right.role ? -1 : 1))) {
    const { role, write } = one;
    // What follows a deletion in the same change is another matter than the same call elsewhere.
    const isKnown = clean.scene.name !== 'change of type' && (outOfScope.has(role) || roles.has(role));
    if (roles.get(role) === clean.scene.name || (isKnown && !IS_NIGHTLY)) continue;
    roles.set(role, clean.scene.name);
    const possible = (kind: Kind) => isPossible(kind, one.name);
    for (const kind of KINDS.filter(possible)) all.push({ clean, role, write, kind, stays: false });
    for (const kind of LASTING.filter(possible)) all.push({ clean, role, write, kind, stays: true });
  }
}
const cases = partWithRefusals(all, 8, ({ role, kind }) => [role, kind]);

test('the matrix has every call of this action', () => {
  const hit = new Set([...outOfScope.keys(), ...cases.map(({ role }) => role.replace(/ of .*/, ''))]);
  expect(new Set(cases.map(({ role }) => role))).toEqual(new Set(roles.keys()));
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  expect(all.length).toBeGreaterThanOrEqual(700);
  expect(cases.length).toBeGreaterThanOrEqual(atLeast(90));
  const verbs = Object.entries(PERMISSION);
  const wanted = [
    ...Object.entries(PERMISSIONS).flatMap(([action, { byRegistry }]) =>
      byRegistry === true ? [] : [action.replace(':', '.')],
    ),
    'sts.GetCallerIdentity',
    ...['token', 'read', 'update'].map((call) => `auth0.${call}`),
    ...verbs.map(([verb]) => `registry.${verb}`),
  ];
  expect(wanted.filter((name) => !hit.has(name))).toEqual([]);
  // And what the registry asks IAM for is behind its verbs.
  const asked = new Set<string>(verbs.map(([, action]) => action));
  for (const [action, { byRegistry }] of Object.entries(PERMISSIONS))
    if (byRegistry === true) expect(asked).toContain(action);
});

/** Whether it is repeated, or is no matter, and nobody learns of it. */
function isPassing(kind: Kind, role: string): boolean {
  if (role.startsWith('registry.')) {
    const verb = role.slice('registry.'.length);
    if (verb === 'GET blob') return kind !== 'access-denied';
    if (kind === 'not-found') return verb === 'HEAD blob' || /^(PATCH|PUT) upload$/.test(verb);
    if (kind === 'conflict') return verb.endsWith('upload');
    return kind !== 'access-denied';
  }
  if (kind === 'not-found' || kind === 'access-denied' || kind === 'expired-token') return false;
  return kind === 'conflict' ? /^(ssm|logs)\./.test(role) : true;
}

/** Whether a change may suffer from what its own requests met. */
function mayFail(role: string, hit: ReadonlySet<string>, kind: string, name: string): boolean {
  if (role.startsWith('auth0.')) return kind === 'Auth0::Application';
  if (role.startsWith('registry.') || role === 'ecr.GetAuthorizationToken') return kind === 'Image';
  if (role.endsWith(' of neighbours')) return /^AWS::(Logs|ECR)::/.test(kind);
  // The listing that finds orphans tells also what the parameters of this run are like.
  if (role === 'ssm.DescribeParameters of strays')
    return kind === 'AWS::SSM::Parameter' || name.endsWith('/*');
  if (role.endsWith(' of strays') || role === 'secretsmanager.ListSecrets') return name.endsWith('/*');
  return hit.has(name);
}

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
  const step = await setScene(whole, scene);
  let victim: string | undefined;
  let hits = 0;
  const first = await whole.run(
    step,
    (one) => {
      if (roleOf(one) !== role || (hits > 0 && !stays)) return undefined;
      const about = namesIn(one, names);
      victim ??= about[0];
      if (victim !== undefined && !about.includes(victim)) return undefined;
      hits += 1;
      return kind;
    },
    // Nobody waits half a minute for an answer that never comes.
    kind === 'hang' ? { answerMs: 1_000 } : {},
  );
  expect(hits, `${role} was hit`).toBeGreaterThan(0);
  expect(badWords(first)).toEqual([]);
  const hit = new Set(
    first.asked.filter(({ fault }) => fault !== undefined).flatMap((one) => namesIn(one, names)),
  );
  const isOver = kind === 'expired-token' && !/^(registry|auth0)\./.test(role);

  if (first.ended) {
    expect(role).toBe('sts.GetCallerIdentity');
    expect(writesOf(first)).toEqual([]);
  }
  const ill = first.outcomes.filter((outcome) => !isWell(outcome));
  for (const { change, result, error, blockedBy } of ill) {
    const told = `${change.name} ${result} ${change.blocked?.reason ?? ''} ${String(error)}`;
    if (result === 'skipped') {
      expect(
        ill.map((other) => other.change.name),
        told,
      ).toContain(blockedBy);
      continue;
    }
    expect(result, told).toBe('failed');
    if (isOver) {
      expect((error as AwsError | AbortedError).reason, told).toBe('credentials');
      continue;
    }
    expect(
      [AwsError, Auth0Error, ImageError].some((type) => error instanceof type),
      told,
    ).toBe(true);
    expect(mayFail(role, hit, change.kind, change.name), told).toBe(true);
  }
  if (isRefused(one))
    expect(
      ill.some(({ change }) => isFor(role, change.kind, change.name === victim)),
      `${role} of ${victim}: what was never written is told`,
    ).toBe(true);
  if (!stays && isPassing(kind, role)) {
    expect(first.failure).toBeUndefined();
    expect(ill).toEqual([]);
    expect([...first.told].sort()).toEqual([...clean.told].sort());
    expect(await standing(whole)).toEqual(clean.end);
  }
  if (isOver) {
    // Nobody goes on asking with credentials that are gone.
    const last = first.asked.findIndex(({ fault }) => fault !== undefined);
    const later = first.asked.slice(last).filter(({ name }) => !/^(registry|auth0)\./.test(name));
    expect(later.length).toBeLessThanOrEqual(25);
  }
  const lost = await heal(whole, clean);
  // Between a deletion and what comes after it nothing keeps other people's tags: then the log has them.
  const isGone =
    scene.name === 'change of type' && role === 'ssm.PutParameter' && first.failure !== undefined;
  if (isGone)
    for (const name of lost) expect(first.told.join(' ')).toMatch(new RegExp(`${name}: .*team=platform`));
  else expect(lost).toEqual([]);
});
