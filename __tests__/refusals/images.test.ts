import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageError } from '../../src/registry/errors.ts';
import { openImage } from '../../src/registry/open.ts';
import { Scratch, surroundings } from '../registry/harness.ts';
import { LayoutWriter } from '../servers/registry-images.ts';
import { unfit } from './row.ts';
import { ARCHIVES } from './rows/archives.ts';
import { HOSTS, PATHS, REFERENCES } from './rows/images.ts';
import { LAYOUTS } from './rows/layouts.ts';

let scratch: Scratch;
let count = 0;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** @returns what is told of an image that cannot be opened; anything but one of our own errors is a fault of ours. */
async function refusal(image: string, host?: string, roots = [scratch.path]): Promise<string> {
  const environment = { DOCKER_HOST: host ?? `unix://${scratch.at('none.sock')}` };
  try {
    const source = await openImage(image, surroundings(environment, roots));
    await source.close();
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    throw error;
  }
  throw new Error('it was opened');
}

async function expectRefusal(told: Promise<string>, words: RegExp): Promise<void> {
  const text = await told;
  expect(text).toMatch(words);
  // What to do stands there too.
  expect(text).toMatch(/\b(?:write|build|save|give|choose|unpack|start|name|check|needs) /);
  expect(unfit([text])).toEqual([]);
}

describe('no image is named', () => {
  it.each(REFERENCES)('%s', (_what, image, remedy) => expectRefusal(refusal(image), remedy));
});

describe('no engine is there', () => {
  it.each(HOSTS)('%s', (_what, host, remedy) => expectRefusal(refusal('app:v1', host), remedy));
});

describe('an archive that docker save did not write', () => {
  it.each(ARCHIVES.map((row) => ({ what: row[0], row })))('$what', async ({ row }) => {
    const [, bytes, told, select = ''] = row;
    const path = scratch.at(`${count++}.tar`);
    await writeFile(path, bytes());
    await expectRefusal(refusal(`docker-archive:${path}${select}`), told);
  });
});

describe('a layout that is not whole', () => {
  it.each(LAYOUTS.map((row) => ({ what: row[0], row })))('$what', async ({ row }) => {
    const [, make, told, spoil] = row;
    const folder = scratch.at(`layout-${count++}`);
    await mkdir(folder);
    const layout = new LayoutWriter();
    make(layout);
    await layout.write(folder);
    spoil?.(folder);
    await expectRefusal(refusal(`oci:${folder}`), told);
  });
});

describe('a path that is no image', () => {
  it.each(PATHS)('%s', async (_what, image, told) => {
    const folder = scratch.at(`path-${count++}`);
    await mkdir(folder);
    await expectRefusal(refusal(image(folder)), told);
  });
});
