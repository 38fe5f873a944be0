import { Cancellation } from '../clients/cancellation.ts';
import { AwsError } from '../clients/errors.ts';
import { Iam } from '../clients/iam.ts';
import type { Caller } from '../clients/identity.ts';
import { logTo } from '../report/log.ts';
import { type RunInput, readRunInput } from '../run-input.ts';
import { type Diagnostic, InputErrors } from '../settings/diagnostics.ts';
import type { Runner } from '../settings/inputs.ts';
import type { Settings } from '../settings/settings.ts';
import { type Account, openAccount } from './account.ts';
import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';
import { EXIT, PROGRAM } from './command.ts';
import { checkWorkflows, inspectGitHub } from './doctor-github.ts';
import { checkResources } from './doctor-resources.ts';
import { checkRoles, type RoleScope } from './doctor-roles.ts';
import { credentialsRemedy, noteText } from './errors.ts';
import type { Flags } from './flags.ts';
import { readRunInputs, readTerminalSettings } from './run-inputs.ts';
import type { Terminal } from './terminal.ts';
import { styled } from './text.ts';
import { findRepository, readWorkflowFiles, readWorkflows } from './workflow-facts.ts';

/** Finds out why the action does not work, before or after the first run. It only reads. */
export async function run(flags: Flags, terminal: Terminal): Promise<number> {
  const isJson = flags.switched('json') === true;
  // Input errors are checks here, and the other notices of a plan do not matter.
  logTo({ info() {}, progress() {}, notice() {}, warning() {}, debug() {}, error() {}, fail() {} });
  const report = new Report(terminal, { isJson, isQuiet: flags.switched('quiet') === true });
  const runner = await readRunInputs(flags, terminal, 'plan');
  await examine(flags, runner, report);
  return report.end();
}

async function examine(flags: Flags, runner: Runner, report: Report): Promise<void> {
  report.begin('the input');
  const given = await readInput(runner);
  report.add(given.checks);
  if (given.settings === undefined) return;
  const { settings, runInput } = given;
  report.add([checkRegion(settings, runner, runInput)]);

  report.begin('the repository');
  const folder = await findRepository(runner.workspace);
  const workflows = readWorkflows(folder === undefined ? [] : readWorkflowFiles(folder.root));
  if (folder !== undefined) report.add(checkWorkflows(workflows));
  report.begin('GitHub');
  const github = await inspectGitHub(flags, runner, folder, workflows);
  report.add(github.checks);

  report.begin('AWS');
  const signedIn = await signIn(settings, runner);
  report.add(signedIn.checks);
  if (signedIn.account === undefined || signedIn.caller === undefined) return;
  const { account, caller } = signedIn;
  report.add([checkGuard(settings, caller)]);
  if (settings.allowedAccountIds.length > 0 && !settings.allowedAccountIds.includes(caller.account)) return;
  await examineAccount({ flags, settings, runInput, account, caller, github }, report);
}

async function examineAccount(scope: RoleScope, report: Report): Promise<void> {
  const iam = new Iam(scope.account.connection, scope.account.calls);
  report.begin('the roles');
  const roles = await checkRoles(scope, iam);
  report.add(roles.checks);
  report.begin('the resources');
  report.add(await checkResources(scope, roles));
}

interface GivenInput {
  readonly checks: readonly Check[];
  readonly settings: Settings | undefined;
  /** Undefined where the variables have errors. */
  readonly runInput: RunInput | undefined;
}

async function readInput(runner: Runner): Promise<GivenInput> {
  try {
    const runInput = await readRunInput(runner, new Cancellation());
    await runInput.image?.close();
    const count = new Set(runInput.desired.destinations.map(({ route }) => route.variable.name)).size;
    const text = runInput.hasVariables
      ? `Settings and ${count} variables have no errors`
      : 'The settings have no errors. Add --env-file FILE to check the variables too';
    return { checks: [passed('input', text)], settings: runInput.settings, runInput };
  } catch (error) {
    if (!(error instanceof InputErrors)) throw error;
    const checks = error.errors.map(inputCheck);
    const settings = await readTerminalSettings(runner).catch((inputError: unknown) => {
      if (inputError instanceof InputErrors) return undefined;
      throw inputError;
    });
    return { checks, settings, runInput: undefined };
  }
}

function inputCheck(note: Diagnostic): Check {
  const { file, line } = note;
  const cure =
    file === undefined
      ? `${PROGRAM} plan --help`
      : `\${EDITOR:-vi} ${line === undefined ? '' : `+${line} `}${shellQuote(file)}`;
  return failed('input', noteText(note), cure);
}

function checkRegion(
  { region }: Settings,
  { region: ambient }: Runner,
  runInput: RunInput | undefined,
): Check {
  const isGuessed = runInput?.notes.notices.some(({ where }) => where === 'input region') === true;
  if (isGuessed)
    return doubtful('region', `No region is given: ${region} is used`, 'export AWS_REGION=us-west-2');
  if (ambient !== undefined && ambient !== region)
    return doubtful(
      'region',
      `The configuration says ${region}, and AWS_REGION or the profile says ${ambient}. The configuration is used`,
      `export AWS_REGION=${region}`,
    );
  return passed('region', `The region is ${region}`);
}

async function signIn(
  settings: Settings,
  runner: Runner,
): Promise<{ checks: Check[]; account?: Account; caller?: Caller }> {
  try {
    const account = await openAccount(settings, runner);
    const caller = await account.identify();
    return {
      checks: [passed('credentials', `Signed in to the account ${caller.account} as ${caller.arn}`)],
      account,
      caller,
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.reason === 'network')
      return {
        checks: [
          failed(
            'region',
            `AWS does not answer in ${settings.region}: ${error.message}`,
            'aws ec2 describe-regions --query "Regions[].RegionName" --output text',
          ),
        ],
      };
    const cure = error.reason === 'credentials' ? credentialsRemedy(error) : error.remedy;
    return { checks: [failed('credentials', error.message, cure)] };
  }
}

function checkGuard({ allowedAccountIds, prefix }: Settings, { account }: Caller): Check {
  if (allowedAccountIds.length === 0)
    return doubtful(
      'account',
      'allowed-account-ids is not set, so a run with the wrong credentials writes to the wrong account',
      `Add to the configuration file: allowed-account-ids: ["${account}"]`,
    );
  return allowedAccountIds.includes(account)
    ? passed('account', `The account ${account} is among allowed-account-ids`)
    : failed(
        'account',
        `The credentials are of the account ${account}, and ${prefix} is allowed in ${allowedAccountIds.join(', ')}`,
        'aws configure list-profiles # then choose one with --profile NAME',
      );
}

const SIGNS = { ok: ['green', '✓'], warning: ['yellow', '!'], failure: ['red', '✗'] } as const;

/** Prints each check as it is known; as JSON, all of them at the end. */
class Report {
  readonly #terminal: Terminal;
  readonly #options: { readonly isJson: boolean; readonly isQuiet: boolean };
  readonly #checks: Check[] = [];

  constructor(terminal: Terminal, options: { readonly isJson: boolean; readonly isQuiet: boolean }) {
    this.#terminal = terminal;
    this.#options = options;
  }

  begin(what: string): void {
    this.#terminal.waitFor(`checking ${what}…`);
  }

  add(checks: readonly Check[]): void {
    this.#terminal.progress(undefined);
    this.#checks.push(...checks);
    if (!this.#options.isJson) for (const check of checks) this.#print(check);
  }

  #print({ status, text, cure }: Check): void {
    if (status === 'ok' && this.#options.isQuiet) return;
    const [style, sign] = SIGNS[status];
    this.#terminal.printIndented(2, styled(style, sign), ` ${text}`);
    if (cure !== undefined) for (const line of cure.split('\n')) this.#terminal.printCommand(`    ${line}`);
  }

  end(): number {
    this.#terminal.progress(undefined);
    const count = (status: Check['status']) => this.#checks.filter((check) => check.status === status).length;
    const [bad, doubts] = [count('failure'), count('warning')];
    if (this.#options.isJson) this.#terminal.printJson({ checks: this.#checks });
    else {
      this.#terminal.print('');
      this.#terminal.print(
        bad + doubts === 0
          ? styled('green', `All ${this.#checks.length} checks passed.`)
          : `${bad} failed, ${doubts} ${doubts === 1 ? 'warning' : 'warnings'}, ${count('ok')} passed.`,
      );
    }
    return bad === 0 ? EXIT.ok : EXIT.failed;
  }
}
