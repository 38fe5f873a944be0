import { openProviders } from '../providers/providers.ts';
import { findUnconfigured } from '../providers/unconfigured.ts';
import type { Settings } from '../settings/settings.ts';
import { type Account, checkAccount, openAccount } from './account.ts';
import { EXIT } from './command.ts';
import { checkFile, refuseTracked, writeExport } from './export-files.ts';
import { type StoredVariable, type StoredVariables, variablesOf } from './export-variables.ts';
import { type Flags, UsageError } from './flags.ts';
import { readRunInputs, readTerminalSettings } from './run-inputs.ts';
import type { Terminal } from './terminal.ts';

/** Writes what AWS stores below the prefix as a `.env`. */
export async function run(flags: Flags, terminal: Terminal): Promise<number> {
  const reveals = flags.switched('reveal') === true;
  const path = flags.get('output');
  const isOnTerminal = terminal.width !== Number.POSITIVE_INFINITY;
  if (reveals && path === undefined && !isOnTerminal)
    throw new UsageError(
      '--reveal prints secrets to a terminal only, since a pipe may end in a log. Add --output FILE to write them to a file that only you can read',
    );
  const runner = await readRunInputs(flags, terminal, 'plan');
  const settings = await readTerminalSettings(runner);
  const replacing = { replaces: flags.switched('force') === true };
  if (path !== undefined) checkFile(path, replacing);
  if (reveals && path !== undefined) await refuseTracked(path);
  const account = await openAccount(settings, runner);
  terminal.waitFor('reading…');
  checkAccount(settings, await account.identify());
  const { variables, omitted } = await readVariables(settings, account);
  terminal.progress(undefined);
  const { text, missing } = writeDotenv({ prefix: settings.prefix, variables, omitted }, { reveals });
  if (flags.switched('json') === true) terminal.printJson(jsonOf(variables, omitted));
  else if (path === undefined) terminal.printDocument(text);
  if (path !== undefined) {
    writeExport(path, text, replacing);
    terminal.say(`Wrote ${variables.length} variables to ${path}.`);
  }
  printEmpty(settings, variables.length + omitted.length, terminal);
  printMissing(terminal, missing, omitted);
  return EXIT.ok;
}

/** An empty `.env` is more likely another prefix or region than an empty account. */
function printEmpty({ prefix, region }: Settings, count: number, terminal: Terminal): void {
  if (count === 0) terminal.say(`Nothing is stored below ${prefix} in ${region}.`);
}

function printMissing(terminal: Terminal, missing: readonly string[], omitted: readonly string[]): void {
  if (missing.length > 0) terminal.say(`Without a value: ${missing.join(', ')}`);
  if (omitted.length > 0) terminal.say(`Left out: ${omitted.join('; ')}`);
}

/** Locations alone: values are only in the text format. */
function jsonOf(variables: readonly StoredVariable[], omitted: readonly string[]): object {
  const all = variables.map(({ name, isSecret, place }) => ({ name, secret: isSecret, place }));
  return { variables: all, omitted };
}

async function readVariables(settings: Settings, { connection, context }: Account): Promise<StoredVariables> {
  const providers = openProviders(connection, context, {
    repository: { readsLifecycle: false, readsPolicy: 'never', scan: undefined },
    recoveryDays: settings.ownership.recoveryDays,
    auth0: undefined,
    image: undefined,
  });
  const found = await findUnconfigured(providers, {
    prefix: settings.prefix,
    known: {
      ...(settings.only.has('parameters') ? { 'AWS::SSM::Parameter': new Set<string>() } : {}),
      ...(settings.only.has('secrets') ? { 'AWS::SecretsManager::Secret': new Set<string>() } : {}),
    },
    readsKeys: false,
  });
  const [failure] = found.failures;
  if (failure !== undefined) throw failure.error;
  const namesOf = (kind: string) =>
    found.unconfigured.flatMap((resource) => (resource.kind === kind ? [resource.spec.name] : []));
  const read = <T>(
    names: readonly string[],
    observe: (names: readonly string[]) => Promise<Map<string, T>>,
  ) => (names.length === 0 ? Promise.resolve(new Map<string, T>()) : observe(names));
  const [parameters, secrets] = await Promise.all([
    read(namesOf('AWS::SSM::Parameter'), providers['AWS::SSM::Parameter'].observe),
    read(namesOf('AWS::SecretsManager::Secret'), providers['AWS::SecretsManager::Secret'].observe),
  ]);
  return variablesOf({ parameters, secrets }, settings);
}

export interface DotenvExport {
  /** Prefix of the exported variables. */
  readonly prefix: string;
  readonly variables: readonly StoredVariable[];
  /** Omitted resources, each with the reason. */
  readonly omitted: readonly string[];
}

export interface DotenvText {
  readonly text: string;
  /** Names without a value, although values were requested. */
  readonly missing: readonly string[];
}

/**
 * Writes a `.env`: sorted by name, quoted so that every reader gives the same values back.
 * @param reveals whether secrets are written with their values
 */
export function writeDotenv(
  { prefix, variables, omitted }: DotenvExport,
  { reveals }: { readonly reveals: boolean },
): DotenvText {
  const missing: string[] = [];
  const lines: string[] = [`# What AWS stores below ${prefix}, written by aws-bootstrap.`];
  if (variables.some(({ isSecret }) => isSecret) && !reveals)
    lines.push('# Secrets have no value here. The comment above each says where it is stored.');
  lines.push(...omitted.map(comment), '');
  for (const variable of sortedByName(variables)) {
    const { name, value, isSecret, place } = variable;
    if (isSecret && !reveals) {
      lines.push(comment(`${place}`), `${name}=`);
      continue;
    }
    const text = value === undefined ? undefined : quoteDotenv(value.reveal());
    if (text !== undefined) {
      lines.push(`${name}=${text}`);
      continue;
    }
    missing.push(name);
    lines.push(
      comment(
        value === undefined
          ? `${place}. The role may not read its value.`
          : `${place}. No .env can hold its value: it has quotes of every kind, or a NUL character.`,
      ),
      `${name}=`,
    );
  }
  return { text: `${lines.join('\n')}\n`, missing };
}

/** By code unit, so that every machine sorts alike. */
function sortedByName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Control characters would end the line, and a `NAME=` in a comment looks like a lost line break. */
function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').replaceAll('=', ':')}`;
}

/** An unquoted value must match this: readers end it at any other character, or do not read it as text. */
const BARE = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/;
/** Longer ones are quoted: a reader could take the next line for the rest of wrapped base64. */
const LONGEST_BARE = 39;
/** Readers may split an unquoted text with several assignments here. */
const PART = /\s|\\[nr]/;

/**
 * Writes a value so that our reader and the npm package dotenv read the same value back.
 * @returns undefined where no quotes do that
 */
export function quoteDotenv(value: string): string | undefined {
  if (value === '') return '""';
  if (value.includes('\0')) return undefined;
  if (value.length <= LONGEST_BARE && BARE.test(value)) return value;
  // Right before the closing quote a backslash keeps it from closing, for both readers.
  const isClosable = !value.endsWith('\\');
  const isLineBroken = value.includes('\r');
  if (isClosable && !isLineBroken && !value.includes("'")) return `'${value}'`;
  // Between double quotes \n and \r are line breaks, and every other backslash stays.
  if (isClosable && !value.includes('"') && !/\\[nr]/.test(value))
    return `"${value.replaceAll('\r', '\\r')}"`;
  if (isClosable && !isLineBroken && !value.includes('`')) return `\`${value}\``;
  return isPlainText(value) ? value : undefined;
}

/** @returns whether the value needs no quotes although it contains some. */
function isPlainText(value: string): boolean {
  return (
    value === value.trim() &&
    !/^['"`]/.test(value) &&
    !/[#\r\n\u2028\u2029]/.test(value) &&
    !value.startsWith('-----BEGIN ') &&
    !holdsAssignment(value)
  );
}

/** One search from the first place where readers may split it: any later place has the same characters after it. */
function holdsAssignment(value: string): boolean {
  const first = value.search(PART);
  return first >= 0 && /[=:]/.test(value.slice(first + 1));
}
