import type { ExportedParameter } from '../model/exported.ts';
import { MADE, OWNER_TAG } from '../model/ownership.ts';
import { exportReading } from '../providers/export-reading.ts';
import type { Secret } from '../secret.ts';
import type { Settings } from '../settings/settings.ts';
import { type Account, checkAccount, openAccount } from './account.ts';
import type { Flags } from './arguments.ts';
import { shellQuote } from './check.ts';
import { EXIT } from './command.ts';
import { checkFolder, writeFolder } from './export-files.ts';
import { type TerraformInput, writeTerraform } from './export-terraform.ts';
import { isHidden } from './export-variables.ts';
import { readRunInputs } from './run-inputs.ts';
import { readTerminalSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_FOLDER = 'terraform';

/** Writes a folder by which Terraform takes over what exists. */
export async function run(flags: Flags, terminal: Terminal): Promise<number> {
  const runner = await readRunInputs(flags, terminal, 'plan');
  const settings = await readTerminalSettings(runner);
  const folder = flags.get('output') ?? DEFAULT_FOLDER;
  const replacing = { replaces: flags.switched('force') === true };
  checkFolder(folder, replacing);
  const account = await openAccount(settings, runner);
  terminal.waitFor('reading…');
  const caller = await account.identify();
  checkAccount(settings, caller);
  const { files, imports, omitted } = writeTerraform(await readAll(settings, account, caller.account));
  terminal.progress(undefined);
  if (imports === 0) {
    for (const text of omitted) terminal.say(`Left out: ${text}`);
    terminal.say(`Nothing to import below ${settings.prefix} in ${settings.region}. No file was written.`);
    if (flags.switched('json') === true) terminal.printJson({ folder, files: [], imports, omitted });
    return EXIT.ok;
  }
  writeFolder(folder, files, replacing);
  if (flags.switched('json') === true)
    terminal.printJson({ folder, files: [...files.keys()], imports, omitted });
  else {
    terminal.print(`Wrote ${files.size} files with ${imports} resources to import to ${folder}.`);
    for (const text of omitted) terminal.printIndented(2, `Left out: ${text}`);
    terminal.print('Next:');
    const given = files.has('variables.tf') ? " -var 'secure_values={}'" : '';
    const terraform = `terraform -chdir=${shellQuote(folder)}`;
    terminal.printCommand(`  ${terraform} init && ${terraform} plan${given}`);
  }
  return EXIT.ok;
}

async function readAll(
  settings: Settings,
  { connection, context }: Account,
  account: string,
): Promise<TerraformInput> {
  const { prefix, region, only, logGroup, repository } = settings;
  const read = exportReading(connection, context);
  const [group, images, parameters, secrets] = await Promise.all([
    logGroup === undefined ? undefined : read.logGroup(logGroup.name),
    repository === undefined || !only.has('repository') ? undefined : read.repository(repository.name),
    only.has('parameters') ? read.parameters(prefix) : [],
    only.has('secrets') ? read.secrets(prefix) : [],
  ]);
  return {
    prefix,
    region,
    account,
    logGroup: group,
    repository: images,
    parameters,
    secrets,
    plainValues: plainValues(parameters, settings, await read.values(plainNames(parameters))),
  };
}

const plainNames = (parameters: readonly ExportedParameter[]) =>
  parameters.filter(({ type }) => type !== 'SecureString').map(({ name }) => name);

/** The files contain only values that a run would print. */
function plainValues(
  parameters: readonly ExportedParameter[],
  settings: Settings,
  values: ReadonlyMap<string, Secret>,
): Map<string, Secret> {
  const owners = new Map(
    parameters.map(({ name, tags }) => [name, tags.find(([key]) => key === OWNER_TAG)?.[1]]),
  );
  return new Map(
    [...values].filter(
      ([path, value]) =>
        !isHidden(path.slice(settings.prefix.length + 1), value, settings, owners.get(path) === MADE),
    ),
  );
}
