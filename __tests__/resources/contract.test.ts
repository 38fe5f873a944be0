import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/clients/errors.ts';
import { benchForFile } from '../servers/for-file.ts';
import { fieldsOf, operations } from './bench.ts';
import { SUBJECTS } from './subjects.ts';

const bench = await benchForFile();

const OURS = { project: 'portfolio', 'managed-by': 'aws-bootstrap' };
const ADOPTED = { project: 'portfolio', 'managed-by': 'aws-bootstrap:adopted' };
const THEIRS = { team: 'platform' };
/** The note that names the tag that was missing. */
const isAdoption = (note: string) => note.includes('managed-by');

/** One contract for all providers: what a plan can ask of them, whatever the kind. */
describe.each(SUBJECTS)('%s', (_, subject) => {
  const { name } = subject;
  const read = () => subject.read(bench.front);

  test('absent, created, silent', async () => {
    const { change, outcome, writes } = await bench.round(subject.desired());
    expect(change).toMatchObject({ kind: subject.kind, name, action: 'create', observed: undefined });
    expect(outcome.result).toBe('done');
    expect(operations(writes)).toEqual(subject.createCalls);
    const state = await read();
    expect(state).toMatchObject(subject.created);
    expect(state?.tags).toEqual(OURS);
    await bench.silent(subject.desired());
  });

  test('returns the ARN that AWS gives to a new resource', async () => {
    const created = await bench.round(subject.desired());
    const arn = created.outcome.after?.metadata.arn;
    expect(arn).toMatch(/^arn:aws:\w+:us-west-2:123456789012:/);
    const seen = await bench.round(subject.desired());
    expect(seen.outcome.after?.metadata.arn).toBe(arn);
    expect(seen.outcome.after?.metadata.version).toBe(created.outcome.after?.metadata.version);
  });

  test.each(subject.updates)('updated: $what', async ({ fields, differs, state }) => {
    await bench.round(subject.desired());
    const { change, outcome } = await bench.round(subject.desired(fields));
    expect(change.action).toBe('update');
    expect(fieldsOf(change).sort()).toEqual([...differs].sort());
    expect(outcome).toMatchObject({ result: 'done' });
    expect(await read()).toMatchObject({ ...state, tags: OURS });
    await bench.silent(subject.desired(fields));
  });

  test('updated: tags, the new one and the changed one, by a single call that writes', async () => {
    await bench.round(subject.desired());
    const tags = new Map([
      ['project', 'showcase'],
      ['cost', '42'],
    ]);
    const desired = subject.desired({ 'tag:cost': '42' });
    const asked = {
      ...desired,
      spec: { ...desired.spec, fields: { ...desired.spec.fields, 'tag:project': 'showcase' } },
    } as typeof desired;
    const { change, writes } = await bench.round(asked, { tags });
    expect(fieldsOf(change).sort()).toEqual(['tag:cost', 'tag:project']);
    expect(writes).toHaveLength(1);
    expect((await read())?.tags).toEqual({ project: 'showcase', cost: '42', 'managed-by': 'aws-bootstrap' });
    await bench.silent(asked, { tags });
  });

  test.each(subject.drifts)('drift that is corrected: $what', async ({ act, fields }) => {
    await bench.round(subject.desired());
    const before = await read();
    await act(bench);
    // A run that only plans, as plan and drift do, reports it and changes nothing.
    const looked = await bench.round(subject.desired(), { planOnly: true, readOnly: true });
    expect(looked.writes).toEqual([]);
    if (fields === 'create') expect(looked.change.action).toBe('create');
    else {
      expect(looked.change.action).toBe('update');
      expect(fieldsOf(looked.change).sort()).toEqual([...fields].sort());
    }
    const { outcome } = await bench.round(subject.desired());
    expect(outcome).toMatchObject({ result: 'done' });
    // A version that went on is no difference.
    expect({ ...(await read()), version: undefined }).toEqual({ ...before, version: undefined });
    await bench.silent(subject.desired());
  });

  test('keeps tags of others on its own resources, without drift', async () => {
    await bench.round(subject.desired());
    await subject.tag(bench.others, THEIRS);
    const calls = await bench.silent(subject.desired());
    if (subject.kind === 'AWS::SSM::Parameter')
      expect(operations(calls)).not.toContain('ListTagsForResource');
    const [update] = subject.updates;
    await bench.round(subject.desired(update?.fields));
    expect((await read())?.tags).toEqual({ ...THEIRS, ...OURS });
    await bench.silent(subject.desired(update?.fields));
  });

  test('adopted: only what is given is taken over', async () => {
    await subject.foreign(bench.front, THEIRS);
    const { change, outcome } = await bench.round(subject.desired());
    expect(change.action).toBe('update');
    expect(change.notes.filter(isAdoption)).toHaveLength(1);
    expect(fieldsOf(change).sort()).toEqual([...subject.taken, 'tag:managed-by', 'tag:project'].sort());
    expect(outcome.result).toBe('done');
    const state = await read();
    expect(state).toMatchObject(subject.kept);
    expect(state?.tags).toEqual({ ...THEIRS, ...ADOPTED });
    // From here on it is adopted: still no default is managed.
    const calls = await bench.silent(subject.desired());
    if (subject.kind === 'AWS::SSM::Parameter')
      expect(operations(calls)).not.toContain('ListTagsForResource');
    expect(await read()).toMatchObject(subject.kept);
  });

  test('not adopted: blocked and unwritten', async () => {
    await subject.foreign(bench.front, THEIRS);
    const before = await read();
    const { change, outcome, writes } = await bench.round(subject.desired(), { adopt: false });
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringMatching(/managed-by.*\badopt\b/) },
    });
    expect(outcome.result).toBe('blocked');
    expect(writes).toEqual([]);
    expect(await read()).toEqual(before);
  });

  test('of a CloudFormation stack: blocked by its name, and unwritten', async () => {
    await subject.foreign(bench.others, { ...THEIRS, 'aws:cloudformation:stack-name': 'network' });
    const before = await read();
    const { change, writes } = await bench.round(subject.desired());
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringContaining('network') },
    });
    expect(writes).toEqual([]);
    expect(await read()).toEqual(before);
  });

  test('of ours, which a CloudFormation stack owns by now: blocked by its name, and unwritten', async () => {
    const [update] = subject.updates;
    await bench.round(subject.desired());
    await subject.tag(bench.others, { 'aws:cloudformation:stack-name': 'network' });
    const before = await read();
    const { change, outcome, writes } = await bench.round(subject.desired(update?.fields));
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringContaining('network') },
    });
    expect(outcome.result).toBe('blocked');
    expect(writes).toEqual([]);
    expect(await read()).toEqual(before);
    await bench.silent(subject.desired());
  });

  const { second: secondCall } = subject;
  // What is made by one call has nothing between the two.
  if (secondCall !== undefined)
    test('reports a resource that another writer created first', async () => {
      const [create = ''] = subject.createCalls;
      const stop = bench.aws.onCall(async ({ operation }, moment) => {
        if (operation !== create || moment !== 'before') return;
        stop();
        await subject.foreign(bench.others, THEIRS);
      });
      const { outcome } = await bench.round(subject.desired());
      expect(outcome.result).toBe('failed');
      expect(outcome.error).toMatchObject({ code: expect.stringContaining('AlreadyExists'), resource: name });
      expect((await read())?.tags).toEqual(THEIRS);
      // The next round sees it, and says so.
      expect((await bench.round(subject.desired())).change.notes.filter(isAdoption)).toHaveLength(1);
    });

  test('it stops trying after eight times, and says what was in the way', async () => {
    const [create = ''] = subject.createCalls;
    bench.aws.fault({ operation: create, kind: 'throttle', times: Number.POSITIVE_INFINITY });
    const { outcome, calls, slept } = await bench.round(subject.desired());
    expect(outcome.result).toBe('failed');
    expect(outcome.error).toMatchObject({ reason: 'throttled', resource: name });
    expect(calls.filter(({ operation }) => operation === create)).toHaveLength(8);
    expect(Math.max(...slept)).toBeLessThanOrEqual(20_000);
  });

  test('names the missing statement where it may not read', async () => {
    bench.aws.fault({ operation: /./, kind: 'access-denied', times: Number.POSITIVE_INFINITY });
    const { change, outcome, writes } = await bench.round(subject.desired());
    expect(change).toMatchObject({ action: 'blocked', unreadable: expect.anything() });
    expect(outcome.result).toBe('failed');
    expect(writes).toEqual([]);
    const { error } = outcome;
    if (!(error instanceof AwsError)) throw error;
    expect(error.reason).toBe('access-denied');
    expect(error.remedy).toMatch(/\{"Effect":"Allow","Action":"\w+:\w+","Resource":"[^"]+"\}/);
  });

  test('names the missing statement where it may not write', async () => {
    const [create = ''] = subject.createCalls;
    bench.aws.fault({ operation: create, kind: 'access-denied' });
    const { outcome } = await bench.round(subject.desired());
    expect(outcome.error).toMatchObject({
      reason: 'access-denied',
      resource: name,
      operation: expect.stringMatching(new RegExp(`:${create}$`)),
      remedy: expect.stringContaining(`:${create}","Resource":"arn:aws:`),
    });
  });

  test('lets no write through a read-only provider, whatever the plan says', async () => {
    const { outcome, writes } = await bench.round(subject.desired(), { readOnly: true });
    expect(outcome.result).toBe('failed');
    expect(writes).toEqual([]);
    expect(await read()).toBeUndefined();
  });
});
