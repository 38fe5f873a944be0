import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionRun } from '../action/run.ts';
import { openStage, type Stage } from '../action/stage.ts';
import { CONFIG, workspace } from '../asking.ts';
import { LayoutWriter } from '../servers/registry-images.ts';
import { FAMILIES } from './families.ts';
import { CANARY, type Row, unfit } from './row.ts';
import { ARCHIVES } from './rows/archives.ts';
import { HOSTS, PATHS, REFERENCES } from './rows/images.ts';
import { LAYOUTS } from './rows/layouts.ts';

/** What ships, as the runner starts it, before a whole AWS: it refuses without a call. */
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

function expectRefused(run: ActionRun, words: RegExp): void {
  expect(stage.aws.writes()).toEqual([]);
  expect(stage.aws.calls).toEqual([]);
  expect(run.conclusion).toBe('failure');
  expect(run.outputs['failure-reason']).toBe('input');
  expect(run.outputs['plan']).toBeUndefined();
  const errors = run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
  expect(
    errors.some((message) => words.test(message)),
    errors.join('\n'),
  ).toBe(true);
  expect(errors.at(-1)).toMatch(/^\d+ input errors?; nothing was written \(failure-reason: input\)$/);
  expect(run.summary).toContain('nothing was read or written');
  // Even before the runner hides anything: only the commands that ask it to hide may hold a value.
  const printed = run.lines.map(({ text }) => text).filter((text) => !text.startsWith('::add-mask::'));
  expect(unfit([...printed, ...run.rawSummary.split('\n'), ...Object.values(run.outputs)])).toEqual([]);
}

/** The first of a family; the system takes no environment of megabytes. */
function some(rows: readonly Row[]): Row[] {
  const small = rows.filter(([, { inputs = {} }]) =>
    Object.values(inputs).every((value) => value.length < 100_000 && !value.includes('\0')),
  );
  return small.slice(0, 1);
}

describe.each(Object.entries(FAMILIES))('the bundle refuses %s', (_, rows) => {
  it.each(some(rows))('%s', async (_what, given, _place, remedy) => {
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

describe('the bundle refuses a configuration file', () => {
  it.each<[what: string, config: string, told: RegExp]>([
    ['that is not there', 'deploy.yml', /there is no file deploy\.yml/],
    ['whose path is a value', CANARY, /there is no file of this name/],
    ['outside', '/etc/hostname', /outside of the workspace/],
    ['that is a folder', '.github', /is not a plain file/],
    ['whose text is given for its path', `mode: plan\ntags: { a: ${CANARY} }`, /not the path of a file/],
  ])('%s', async (_what, config, told) => {
    const folder = workspace({ '.github/x': '' });
    expectRefused(await stage.act({ config }, { workspace: folder }), told);
  });
});

describe('the bundle refuses an image', () => {
  const image = async (
    name: string,
    words: RegExp,
    folder = workspace(),
    env: Record<string, string> = {},
  ) => {
    expectRefused(await stage.act({ image: name, dotenv: 'PORT=1' }, { workspace: folder, env }), words);
  };

  it('that is named wrongly', async () => {
    for (const [, name, remedy] of [REFERENCES[0], REFERENCES.at(-1)].filter((row) => row !== undefined))
      await image(name, remedy);
  });

  it('of an engine that is not there', async () => {
    for (const [, host, remedy] of [HOSTS[0], HOSTS.at(-1)].filter((row) => row !== undefined))
      await image('app:v1', remedy, workspace(), { DOCKER_HOST: host });
  });

  it('in an archive that is none', async () => {
    const found = ARCHIVES.filter(([what]) =>
      /cut off in a layer|path out of the archive|hard link out/.test(what),
    );
    expect(found).toHaveLength(3);
    for (const [, bytes, told] of found) {
      const folder = workspace({ 'image.tar': bytes() });
      await image('docker-archive:image.tar', told, folder);
    }
  });

  it('in a layout that is not whole', async () => {
    const found = LAYOUTS.filter(([what]) =>
      /without index|digest that climbs|foreign layer by its type/.test(what),
    );
    expect(found).toHaveLength(3);
    for (const [, make, told, spoil] of found) {
      const folder = workspace();
      mkdirSync(join(folder, 'layout'));
      const layout = new LayoutWriter();
      make(layout);
      await layout.write(join(folder, 'layout'));
      spoil?.(join(folder, 'layout'));
      await image('oci:layout', told, folder);
    }
  });

  it('at a path that is none', async () => {
    const folder = workspace();
    for (const [, name, told] of PATHS.slice(0, 3)) await image(name(folder), told, folder);
  });
});

describe('the bundle destroys nothing', () => {
  it.each([
    ['without a word', ''],
    ['for a value', CANARY],
  ])('%s', async (_what, confirm) => {
    const run = await stage.act({ mode: 'destroy', confirm });
    expect(run.outputs['failure-reason']).toBe('input');
    expect(stage.aws.writes()).toEqual([]);
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain('set confirm: /papyrus/prd');
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
