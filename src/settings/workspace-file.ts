import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { ParseError, quotedPath } from './parse.ts';

/** Where files may lie that an input names. */
export interface Folders {
  readonly workspace: string;
  /** The runner's temporary folder. */
  readonly temp: string | undefined;
  /** Who gives a command line may read any file. */
  readonly commandLine?: object | undefined;
}

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a file of the workspace (or of the runner's temporary folder).
 * @returns its bytes
 * @throws ParseError when it is missing, larger than 1 MiB, no plain file, or a link that leads out of the workspace
 */
export function readBytes(path: string, runner: Folders): Uint8Array {
  // The text of a .env where its path belongs is a mistake that is easily made: it is not repeated.
  if (/[\p{Cc}=]/u.test(path) || path.length > 400)
    throw new ParseError('this is not the path of a file (the text of a .env goes into the input dotenv)');
  const real = realPath(resolve(runner.workspace, path));
  if (real === undefined && runner.commandLine !== undefined)
    throw new ParseError(`there is no file ${quotedPath(path)}`);
  if (real === undefined)
    throw new ParseError(
      `there is no file ${quotedPath(path)}; is actions/checkout before this step, and the path below the workspace?`,
    );
  const roots = [runner.workspace, runner.temp].map((root) => root && realPath(root));
  if (runner.commandLine === undefined && !roots.some((root) => root !== undefined && isBelow(root, real)))
    throw new ParseError(`${path} lies outside of the workspace; name a file inside it`);
  try {
    return readRegular(real, path, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof ParseError) throw error;
    throw new ParseError(`${path} cannot be read; check its permissions`);
  }
}

/** A pipe that nobody writes into would hold the run; Windows has no such pipes, and no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What lies at the path is looked at once it is open, when nobody can put another thing there. */
export function readRegular(real: string, path: string, limit: number): Buffer {
  // Opening some devices changes them, and a socket cannot be opened.
  if (!statSync(real).isFile()) throw new ParseError(`${path} is not a plain file; name a file`);
  const file = openSync(real, FLAGS);
  try {
    const about = fstatSync(file);
    if (!about.isFile()) throw new ParseError(`${path} is not a plain file; name a file`);
    if (about.size > limit) throw new ParseError(`${path} is larger than 1 MiB; is it the file you mean?`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** @returns the file as text. */
export function readText(path: string, runner: Folders): string {
  const bytes = readBytes(path, runner);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ParseError(`${path} is not UTF-8; save it as UTF-8`);
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
