import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Unclear } from '../settings/texts.ts';
import { readRegular } from '../settings/workspace-file.ts';

/*
 * Files that the command line reads and writes.
 */

const MOST_BYTES = 1024 * 1024;

/**
 * @param program path of what is run: dist/cli.js, or a link to it
 * @param name of a file beside dist/, which every download has
 * @returns its text
 */
export function readShipped(program: string, name: string): string {
  const path = join(dirname(realpathSync(program)), '..', name);
  return readRegular(path, basename(path), MOST_BYTES).toString('utf8');
}

/**
 * @param path absolute, or from the current folder
 * @returns the text of the file
 * @throws Unclear in words, without a part of its text
 */
export function readGiven(path: string): string {
  try {
    return readRegular(resolve(path), path, MOST_BYTES).toString('utf8');
  } catch (error) {
    if (error instanceof Unclear) throw error;
    throw new Unclear(`there is no file ${path} that can be read`);
  }
}

/** @returns a new folder for files that the user takes from there */
export function makeTemporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'aws-bootstrap-'));
}
