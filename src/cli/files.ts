import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readRegular } from '../settings/workspace-file.ts';

/*
 * Files that the command line reads and writes.
 */

const MOST_BYTES = 1024 * 1024;

/**
 * @param program path of what is run: dist/cli.js, or a link to it
 * @param name of a file next to dist/, which every download has
 * @returns its text
 */
export function readShipped(program: string, name: string): string {
  const path = join(dirname(realpathSync(program)), '..', name);
  return readRegular(path, basename(path), MOST_BYTES).toString('utf8');
}

/** @returns a new folder for files that the user takes from there */
export function makeTemporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'aws-bootstrap-'));
}

/** @returns the text of a file; undefined where there is none that can be read */
export function readIfThere(path: string): string | undefined {
  try {
    return readRegular(path, path, MOST_BYTES).toString('utf8');
  } catch {
    return undefined;
  }
}

export const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** @returns whether anything has this name, also a link that leads nowhere */
export const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Writes a file and the folders above it. */
export function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Folders that hold no project of the repository. */
const PASSED_OVER = new Set(['node_modules', 'vendor', 'dist', 'build', 'target', 'venv', '__pycache__']);
/** A repository may be huge. */
const MOST_ENTRIES = 20_000;

/**
 * @param depth how many folders deep it looks
 * @returns paths of files below a folder, with slashes, nearer ones first; hidden folders other than .github and .aws are left out
 */
export function listFiles(root: string, depth: number): string[] {
  const found: string[] = [];
  let folders = [''];
  let seen = 0;
  for (let level = 0; level <= depth && folders.length > 0; level++) {
    const next: string[] = [];
    for (const folder of folders) {
      for (const entry of readFolder(join(root, folder))) {
        if (++seen > MOST_ENTRIES) return found;
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isFile()) found.push(path);
        else if (entry.isDirectory() && isLookedInto(entry.name)) next.push(path);
      }
    }
    folders = next.sort();
  }
  return found;
}

function isLookedInto(name: string): boolean {
  return !PASSED_OVER.has(name) && (!name.startsWith('.') || name === '.github' || name === '.aws');
}

function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
