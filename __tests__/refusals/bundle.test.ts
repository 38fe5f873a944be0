import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionRun } from '../action/run.ts';
import { openStage, type Stage } from '../action/stage.ts';
import { CONFIG, workspace } from '../asking.ts';
import { part } from '../sample.ts';
import { LayoutWriter } from '../servers/registry-images.ts';
import { FAMILIES } from './families.ts';
import { CANARY, unfit } from './row.ts';
import { ARCHIVES } from './rows/archives.ts';
import { HOSTS, PATHS, REFERENCES } from './rows/images.ts';
import { LAYOUTS } from './rows/layouts.ts';

/** What ships, as the runner starts it, with an AWS that would answer: it refuses without a call. */
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

function expectRefused(run: ActionRun, key: RegExp): void {
  expect(stage.aws.writes()).toEqual([]);
  expect(stage.aws.calls).toEqual([]);
  expect(run.conclusion).toBe('failure');
  expect(run.outputs['failure-reason']).toBe('input');
  expect(run.outputs['plan']).toBeUndefined();
  const errors = run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
  expect(
    errors.some((message) => key.test(message)),
    errors.join('\n'),
  ).toBe(true);
  // The table has a row for each, below its head.
  expect(run.rawSummary.split('\n').filter((row) => row.startsWith('|')).length).toBeGreaterThan(2);
  // Even before the runner hides anything: only the commands that ask it to hide may hold a value.
  const printed = run.lines.map(({ text }) => text).filter((text) => !text.startsWith('::add-mask::'));
  expect(unfit([...printed, ...run.rawSummary.split('\n'), ...Object.values(run.outputs)])).toEqual([]);
}

/** The first of each family; the system takes no environment of megabytes. CI takes all, a local run every second one. */
const FIRST = part(
  Object.entries(FAMILIES).flatMap(([family, rows]) =>
    rows
      .filter(([, { inputs = {} }]) =>
        Object.values(inputs).every((value) => value.length < 100_000 && !value.includes('\0')),
      )
      .slice(0, 1)
      .map(([what, given, , remedy]) => [family, what, given, remedy] as const),
  ),
  1,
);

describe('the bundle refuses', () => {
  it.each(FIRST)('%s: %s', async (_family, _what, given, remedy) => {
    const { inputs = {}, config, files = {}, prepare, event, region, env = {} } = given;
    const all = config === undefined ? files : { ...files, [CONFIG]: config };
    const folder = workspace(all);
    prepare?.(folder);
    const run = await stage.act(inputs, {
      workspace: folder,
      event: { name: event ?? 'push' },
      env: { ...env, ...(region === undefined ? {} : { AWS_REGION: region }) },
    });
    expectRefused(run, remedy);
  });
});

it('the bundle refuses a configuration file that cannot be read', async () => {
  const config = `mode: plan\ntags: { a: ${CANARY} }`;
  expectRefused(await stage.act({ config }, { workspace: workspace() }), /^input config: /);
});

/** One of each kind of source; `images.test.ts` has the others, in this process. */
describe('the bundle refuses an image', () => {
  const image = async (name: string, key: RegExp, folder = workspace(), env: Record<string, string> = {}) =>
    expectRefused(await stage.act({ image: name, dotenv: 'PORT=1' }, { workspace: folder, env }), key);
  const named = <T extends readonly unknown[]>(rows: readonly T[], what: string): T => {
    const found = rows.find(([name]) => name === what);
    if (found === undefined) throw new Error(`there is no row ${what}`);
    return found;
  };

  it('with an invalid name', async () => {
    const [, name, remedy] = named(REFERENCES, 'a value for an image');
    await image(name, remedy);
  });

  it('of an engine that does not run', async () => {
    const [, host, remedy] = named(HOSTS, 'an engine that does not run');
    await image('app:v1', remedy, workspace(), { DOCKER_HOST: host });
  });

  it('in an archive with a path out of it', async () => {
    const [, bytes, , key] = named(ARCHIVES, 'a path out of the archive');
    await image('docker-archive:image.tar', key, workspace({ 'image.tar': bytes() }));
  });

  it('in a layout with a foreign layer', async () => {
    const [, make, , key] = named(LAYOUTS, 'a foreign layer by its type');
    const folder = workspace();
    mkdirSync(join(folder, 'layout'));
    const layout = new LayoutWriter();
    make(layout);
    await layout.write(join(folder, 'layout'));
    await image('oci:layout', key, folder);
  });

  it('outside the workspace', async () => {
    const [, name, , key] = named(PATHS, 'a layout outside the workspace');
    await image(name(''), key);
  });
});

describe('the bundle destroys nothing', () => {
  it.each([
    ['without confirm', ''],
    ['if confirm is another text', CANARY],
  ])('%s', async (_what, confirm) => {
    const run = await stage.act({ mode: 'destroy', confirm });
    expect(run.outputs['failure-reason']).toBe('input');
    expect(stage.aws.writes()).toEqual([]);
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain('confirm: /papyrus/prd');
    expect(unfit(run.lines.map(({ text }) => text))).toEqual([]);
  });
});

it('the bundle that is not refused does write', async () => {
  const folder = workspace();
  writeFileSync(join(folder, 'a.env'), 'PORT=1\n');
  const run = await stage.act({ 'env-file': 'a.env' }, { workspace: folder });
  expect(run.conclusion).toBe('success');
  expect(stage.aws.writes().length).toBeGreaterThan(0);
});
