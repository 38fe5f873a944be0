import { openProviders } from '../providers/providers.ts';
import { findUnconfigured } from '../providers/unconfigured.ts';
import type { Settings } from '../settings/settings.ts';
import { type Account, checkAccount, openAccount } from './account.ts';
import { type Flags, UsageError } from './arguments.ts';
import { EXIT } from './command.ts';
import { type StoredVariable, writeDotenv } from './export-dotenv.ts';
import { checkFile, refuseTracked, writeExport } from './export-files.ts';
import { type StoredVariables, variablesOf } from './export-variables.ts';
import { readRunInputs } from './run-inputs.ts';
import { readTerminalSettings } from './settings.ts';
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
  tellEmpty(settings, variables.length + omitted.length, terminal);
  tellMissing(terminal, missing, omitted);
  return EXIT.ok;
}

/** An empty `.env` is more likely another prefix or region than an empty account. */
function tellEmpty({ prefix, region }: Settings, count: number, terminal: Terminal): void {
  if (count === 0) terminal.say(`Nothing is stored below ${prefix} in ${region}.`);
}

function tellMissing(terminal: Terminal, missing: readonly string[], omitted: readonly string[]): void {
  if (missing.length > 0) terminal.say(`Without a value: ${missing.join(', ')}`);
  if (omitted.length > 0) terminal.say(`Left out: ${omitted.join('; ')}`);
}

/** Where things are; values stay in the text format. */
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
    found.unconfigured.flatMap((stray) => (stray.kind === kind ? [stray.spec.name] : []));
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
