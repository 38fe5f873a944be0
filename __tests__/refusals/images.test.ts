import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageError, type ImageFault } from '../../src/registry/errors.ts';
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

/** @returns the error of an image that cannot be opened; anything but an ImageError is a defect of the action. */
async function refusal(image: string, host?: string, roots = [scratch.path]): Promise<ImageError> {
  const environment = { DOCKER_HOST: host ?? `unix://${scratch.at('none.sock')}` };
  try {
    const source = await openImage(image, surroundings(environment, roots));
    await source.close();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

async function expectRefusal(refused: Promise<ImageError>, fault: ImageFault, key: RegExp): Promise<void> {
  const error = await refused;
  expect(error).toMatchObject({ fault, message: expect.stringMatching(key) });
  // It says what to do, too.
  expect(error.message).toMatch(/\b(?:write|build|save|give|choose|unpack|start|name|check|needs) /);
  expect(unfit([error.message])).toEqual([]);
}

describe('no image is named', () => {
  it.each(REFERENCES)('%s', (_what, image, remedy) => expectRefusal(refusal(image), 'REFERENCE', remedy));
});

describe('no engine is there', () => {
  it.each(HOSTS)('%s', (_what, host, remedy) => expectRefusal(refusal('app:v1', host), 'ENGINE', remedy));
});

describe('an archive that docker save did not write', () => {
  it.each(ARCHIVES.map((row) => ({ what: row[0], row })))('$what', async ({ row }) => {
    const [, bytes, fault, key, select = ''] = row;
    const path = scratch.at(`${count++}.tar`);
    await writeFile(path, bytes());
    await expectRefusal(refusal(`docker-archive:${path}${select}`), fault, key);
  });
});

describe('a layout that is not whole', () => {
  it.each(LAYOUTS.map((row) => ({ what: row[0], row })))('$what', async ({ row }) => {
    const [, make, fault, key, spoil] = row;
    const folder = scratch.at(`layout-${count++}`);
    await mkdir(folder);
    const layout = new LayoutWriter();
    make(layout);
    await layout.write(folder);
    spoil?.(folder);
    await expectRefusal(refusal(`oci:${folder}`), fault, key);
  });
});

describe('a path that is no image', () => {
  it.each(PATHS)('%s', async (_what, image, fault, key) => {
    const folder = scratch.at(`path-${count++}`);
    await mkdir(folder);
    await expectRefusal(refusal(image(folder)), fault, key);
  });
});
