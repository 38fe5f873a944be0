import type { FailureReason } from '../clients/explanation.ts';
import type { Settings } from '../settings/settings.ts';
import type { Side, State } from './labels.ts';

/*
 * The texts of summary, comment and issue. Backticks are around names and settings; the text between them is shown as code,
 * and everything else is escaped (`rich`). A terminal can print the same texts.
 */

type Mode = Settings['mode'];

/** @returns a name within a text */
export const quoted = (name: string) => `\`${name.replaceAll('`', "'")}\``;

export const sentenceCase = (text: string) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

/** With a capital and a full stop. */
export const sentence = (text: string) => `${sentenceCase(text)}${/[.!?]$/.test(text) ? '' : '.'}`;

const plural = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
/** `1 resource matches the configuration` */
export const matching = (number: number) =>
  `${plural(number, 'resource')} ${number === 1 ? 'matches' : 'match'} the configuration`;

/* Headline */

const COUNTED: Readonly<Record<State, string>> = {
  failed: 'failed',
  blocked: 'blocked',
  skipped: 'skipped',
  'to-delete': 'to delete',
  'to-release': 'to release',
  missing: 'missing',
  drifted: 'drifted',
  'to-create': 'to create',
  'to-update': 'to update',
  created: 'created',
  updated: 'updated',
  deleted: 'deleted',
  released: 'released',
  orphan: 'no longer configured',
  kept: 'kept',
  unmanaged: 'unmanaged',
  'not-created': 'not created',
  unchanged: 'unchanged',
};

/** Counted in headlines, in this order. */
const DONE: readonly State[] = ['created', 'updated', 'deleted', 'released'];
const OPEN: readonly State[] = ['to-create', 'to-update', 'to-delete', 'to-release'];
const HELD: readonly State[] = ['blocked', 'failed', 'skipped'];

export interface HeadlineFacts {
  readonly mode: Mode;
  readonly states: ReadonlyMap<State, number>;
  /** Resources that are configured. */
  readonly total: number;
  readonly failure: FailureReason | undefined;
  /** Compared by everything but the value. */
  readonly unread: number;
}

/** @returns the state behind one symbol: `🔶 4 of 15 resources drifted` */
export function headline(facts: HeadlineFacts): string {
  const blind = facts.unread > 0 ? `, ${facts.unread} compared without values` : '';
  return `${stateLine(facts)}${blind}`;
}

function stateLine({ mode, states, total, failure }: HeadlineFacts): string {
  const of = (...counted: readonly State[]) =>
    counted.reduce((sum, state) => sum + (states.get(state) ?? 0), 0);
  const list = (...counted: readonly State[]) =>
    counted.flatMap((state) => (of(state) > 0 ? [`${of(state)} ${COUNTED[state]}`] : [])).join(', ');
  const rest = (...counted: readonly State[]) => (list(...counted) === '' ? '' : `, ${list(...counted)}`);
  if (of('failed') > 0)
    return `❌ ${of('failed')} of ${plural(total, 'resource')} failed${rest(...DONE, 'blocked', 'skipped')}`;
  if (mode === 'drift') {
    const open = of('missing', 'drifted', 'blocked', ...OPEN);
    return open === 0
      ? `✅ No drift in ${plural(total, 'resource')}`
      : `🔶 ${open} of ${plural(total, 'resource')} drifted${rest('blocked')}`;
  }
  if (of(...OPEN) > 0 && mode !== 'plan') return `❌ Nothing written: ${list(...OPEN, ...HELD)}`;
  if (mode === 'plan')
    return of(...OPEN, ...HELD) === 0
      ? `✅ No changes: ${matching(total)}`
      : `📝 Plan: ${list(...OPEN, ...HELD)}`;
  if (of('blocked') > 0) return `⛔ ${list('blocked', ...DONE, 'skipped', 'kept')}`;
  // The failure is not one of a resource: the task definition, for example.
  const symbol = failure === undefined ? '✅' : `❌ ${sentenceCase(REASONS[failure])}:`;
  if (of(...DONE) === 0)
    return mode === 'destroy'
      ? `${symbol} Nothing to delete${rest('kept')}`
      : `${symbol} No changes: ${matching(total)}`;
  return `${symbol} ${list(...DONE)}${mode === 'destroy' ? rest('kept') : ''}`;
}

/** Such as `14 API calls, nothing written`. */
export const effort = (calls: number, written: number) =>
  `${plural(calls, 'API call')}, ${written === 0 ? 'nothing written' : plural(written, 'write')}`;
export const runLink = (number: string) => (number === '' ? 'run' : `run #${number}`);
export const onlyParts = (parts: readonly string[]) => `only ${parts.join(', ')}`;

/* Failures */

const REASONS: Readonly<Record<FailureReason, string>> = {
  input: 'invalid input',
  credentials: 'credentials',
  'access-denied': 'access denied',
  quota: 'quota exceeded',
  throttled: 'throttled',
  network: 'not reachable',
  conflict: 'conflict',
  aws: 'refused by AWS',
  auth0: 'refused by Auth0',
  image: 'image',
  blocked: 'blocked',
  drifted: 'drifted',
  cancelled: 'cancelled',
  deadline: 'deadline exceeded',
  internal: 'internal error',
};

/** A reason with the failed resources: `access denied (2 parameters)`. */
export const reasonOf = (reason: FailureReason, resources: string) => `${REASONS[reason]} (${resources})`;

export const failed = (number: number, total: number, reasons: readonly string[]) =>
  `${number} of ${plural(total, 'resource')} failed: ${reasons.join(', ')}. Finished work is kept. Fix ${reasons.length === 1 ? 'the cause' : 'the causes'} and re-run.`;
/** The same below a headline, which has the numbers. */
export const failedAlert = (reasons: readonly string[]) =>
  `${sentenceCase(reasons.join(', '))}. Finished work is kept. Fix ${reasons.length === 1 ? 'the cause' : 'the causes'} below and re-run.`;
export const deniedActions = (actions: readonly string[]) =>
  `the role may not call ${actions.map(quoted).join(', ')}`;
export const blockedFailure = (number: number, rest: string) =>
  `${number} configured ${number === 1 ? 'change is' : 'changes are'} blocked, ${rest}.`;
export const REST = {
  nothing: 'and nothing was deleted',
  waiting: 'and what waits for it was skipped',
  done: 'and the rest was done',
} as const;
export const drift = (open: number, total: number) =>
  `Drift: ${open} of ${plural(total, 'resource')} ${open === 1 ? 'differs' : 'differ'} from the configuration.`;

/** One cause as a line of the log. */
export function causeLine(
  {
    reason,
    what,
    remedy,
    resources,
    statements,
  }: {
    readonly reason: FailureReason;
    readonly what: string;
    readonly remedy: string | undefined;
    readonly resources: ReadonlyArray<{ readonly name: string }>;
    readonly statements: readonly unknown[];
  },
  kinds: string,
): string {
  const names = resources.slice(0, 5).map(({ name }) => name);
  const more = resources.length - names.length;
  const statement = JSON.stringify(statements.length === 1 ? statements[0] : statements);
  return [
    `${sentenceCase(REASONS[reason])}, ${kinds} (${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}): ${what}.`,
    ...(remedy === undefined ? [] : [`What to do: ${remedy}`]),
    ...(statements.length === 0 ? [] : [`Add to the policy of the role: ${statement}`]),
  ].join(' ');
}

/* Log of an apply */

export function progress(done: number, all: number, seconds: number): string {
  const remaining = Math.ceil(seconds);
  return `${done}/${all}${remaining > 0 ? `, about ${remaining} s left: Parameter Store takes 3 a second` : ''}`;
}
export const longWait = (writes: number, seconds: number) =>
  `${plural(writes, 'parameter')} to write, about ${seconds} s: Parameter Store takes 3 a second`;

/** Heading of the block of one cause. */
export const causeTitle = (reason: FailureReason, resources: string) => {
  return `❌ ${sentenceCase(REASONS[reason])} – ${resources}`;
};
export const addStatement = (role: string | undefined, many: boolean) =>
  `Add ${many ? 'these statements' : 'this statement'} to the policy of the role${role === undefined ? '' : ` ${quoted(role)}`}, then re-run:`;
export const affected = (names: readonly string[]) => `Affected: ${names.map(quoted).join(', ')}`;
export const affectedFold = (resources: string) => `Affected: ${resources}`;
export const statementInSummary = 'The job summary has the IAM statement to add.';
export const moreCauses = (number: number) => `${plural(number, 'more cause')}`;

/* What to do */

export const steps = {
  apply: 'Re-run with `mode: apply` to make these changes.',
  applyOnPush:
    'Nothing was written. Re-run with `mode: apply`, or push with `mode: auto`, to make these changes.',
  accept: 'To accept what is in AWS, change the configuration or add the field to `ignore`.',
  allow: (optIns: readonly string[]) =>
    `To allow what is blocked, add ${optIns.map((one) => quoted(`allow: ${one}`)).join(' or ')}. The reasons are below.`,
  firstRun: (prefix: string, region: string) =>
    `Every parameter and secret is new. If this is not the first run of ${quoted(prefix)} in ${region}, check \`prefix\` and the region.`,
  redeploy: 'Deploy again: running tasks keep the old values. The output `config-fingerprint` has changed.',
  rotate: (names: readonly string[]) =>
    `Rotate ${names.map(quoted).join(', ')}: the old versions were plain text and stay readable in the history.`,
  localCallback:
    'The callback URL reaches only the machine itself. Set `app-url` once the application has an address.',
  confirm: (prefix: string) => `To delete, re-run with ${quoted(`confirm: ${prefix}`)}.`,
  kept: (noun: string, name: string, optIn: string) =>
    `The ${noun} ${quoted(name)} is kept. To delete it, add ${quoted(`allow: ${optIn}`)}.`,
  keptShared: (noun: string, name: string) =>
    `The ${noun} ${quoted(name)} is kept: its name does not hold ${quoted('{environment}')}, so other environments may use it.`,
  restorable: (secrets: number, days: number) =>
    `${secrets === 1 ? 'The secret' : `The ${secrets} secrets`} can be restored for ${days} days: run \`mode: apply\`. Parameters are created anew.`,
  policies: 'See the whole policy that this configuration needs with `iam-policies: true`.',
} as const;

/* The table of differences */

export const columns = {
  plan: ['Resource', 'In AWS', 'Configured'],
  applied: ['Resource', 'Before', 'Configured'],
  states: ['Resource', 'State', 'Details'],
} as const;

/** How a side without text is shown. */
export const SIDES: Readonly<Record<Exclude<Side, object>, string>> = {
  hidden: 'hidden value',
  missing: 'missing',
  unread: 'not read',
  listed: 'listed',
  removed: 'removed',
};
export const otherValue = 'another hidden value';

/** The state of a resource, in the table and the checklist. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  failed: '❌ failed',
  blocked: '⛔ blocked',
  skipped: '⏭️ skipped',
  'to-delete': '🗑️ to delete',
  'to-release': '🏷️ to release',
  missing: '⬜ missing',
  drifted: '🔶 drifted',
  'to-create': '🆕 to create',
  'to-update': '✏️ to update',
  created: '🆕 created',
  updated: '✏️ updated',
  deleted: '🗑️ deleted',
  released: '🏷️ released',
  orphan: '🟡 not configured',
  kept: '📌 kept',
  unmanaged: '👤 unmanaged',
  'not-created': '▫️ not created',
  unchanged: '✅ unchanged',
};
export const changedBy = (who: string, when: string) =>
  [who === '' ? '' : `by ${who}`, when].filter((one) => one !== '').join(', ');
export const optIn = (name: string) => `to allow it: ${quoted(`allow: ${name}`)}`;
export const waitsFor = (name: string) => `waits for ${quoted(name)}, which failed or is blocked`;
export const unreadNote = 'compared without the value, which the role may not read';
/** @param isRest whether others of this state are shown above */
/** A fold of rows: `🆕 Created – 8 parameters`, or `🆕 Also created – 189 parameters` below others. */
export const moreRows = (resources: string, state: string, isRest: boolean) => {
  const [symbol, ...words] = state.split(' ');
  const text = `${isRest ? 'also ' : ''}${words.join(' ')}`;
  return `${symbol} ${text[0]?.toUpperCase()}${text.slice(1)} – ${resources}`;
};

/* Folds */

export const folds = {
  checklist: (resources: string) => `📋 Checklist – ${resources}`,
  checklistColumns: ['State', 'Resource', 'Details'],
  unchanged: (number: number, kinds: string) => `✅ ${plural(number, 'resource')} unchanged – ${kinds}`,
  kept: (number: number, kinds: string) => `📌 ${plural(number, 'resource')} kept – ${kinds}`,
  variables: (number: number) =>
    `🔑 Where ${number === 1 ? 'the variable goes' : `each of the ${number} variables goes`}, and why`,
  variableColumns: ['Variable', 'Stored as', 'Why'],
  price: (usd: string, resources: string, other: string | undefined) =>
    `💵 ${usd} a month – ${resources}${other === undefined ? '' : `; ${other}`}`,
  priceUnknown: 'not counting resources that could not be read',
  orphans: (kinds: string) => `🟡 No longer configured – ${kinds}`,
  unmanaged: (kinds: string) => `👤 Unmanaged below the prefix – ${kinds}`,
  ownership: (number: number) => `🏷️ ${plural(number, 'resource')} of others or adopted`,
  notes: (number: number) => `💬 ${plural(number, 'note')}`,
  outputs: '📤 Outputs for later steps',
  outputColumns: ['Output', 'Value'],
  policies: '🔐 IAM policies for this configuration',
  refusal: 'Difference from the approved plan',
} as const;

export const unmanagedNote = 'It has no ownership tag of this action, so the action never changes it.';
export const orphanNote =
  'The action created these, and the configuration no longer has them. Set `prune: delete` to delete them.';
export const ownership = {
  otherKeys: (name: string, keys: readonly string[]) =>
    `Secret ${quoted(name)} also has keys of others: ${keys.map(quoted).join(', ')}.`,
  ownedBy: (what: string, name: string, owner: string) => `The ${what} ${quoted(name)} belongs to ${owner}.`,
  adopted: (what: string, name: string) =>
    `The ${what} ${quoted(name)} was adopted: the action manages only what is configured and never deletes it.`,
  untagged: (what: string, name: string) => `The ${what} ${quoted(name)} has no ownership tag.`,
} as const;

/* Policies */

export const policyTitles = {
  deployer: (mode: string) => `For \`mode: ${mode}\`, the role that deploys`,
  reader:
    'For `mode: plan` and `mode: drift`, a role that only reads. Without the statements whose Sid ends with `Values`, it compares everything but the values.',
  execution: 'For the task execution role of ECS',
} as const;

/* Price */

export const price = {
  columns: ['Configuration', 'US dollars a month', 'Difference'],
  now: (resources: string) => `now: ${resources}`,
  planned: (resources: string) => `as planned: ${resources}`,
  same: 'the same',
  ssm: (usd: string) => `everything in Parameter Store would be ${usd}`,
  calls: (number: number, list: string, usd: string) =>
    `${plural(number, 'AWS call')} in this run (${list}). Those to Secrets Manager cost $${usd}. Standard parameters are free.`,
} as const;

/* Comment and issue */

export const comment = {
  forCommit: (commit: string) => `for commit ${quoted(commit)}`,
  outdated: (planned: string, head: string) =>
    `This plan is outdated: it is for commit ${quoted(planned)}, and the pull request is at ${quoted(head)}.`,
  more: 'Checklist, reasons and policies: job summary',
  leftOut: (rows: number) =>
    `${plural(rows, 'row')} left out. The job summary has the whole plan, and so has the file of the output \`plan-file\`.`,
  leftOutLink: 'Open the job summary',
} as const;

export const issue = {
  title: (prefix: string, region: string, parts: readonly string[]) =>
    `AWS drift: ${prefix} in ${region}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
  kept: 'This issue is updated while the drift lasts and closed when it is gone.',
  resolved: (isBlind: boolean) =>
    `The drift is gone: AWS matches the configuration.${isBlind ? ' Values were not compared: the role may not read them.' : ''}`,
  seenBy: 'Seen by',
  thisRun: 'this run',
  duplicate: (number: number) => `#${number} reports the same drift.`,
  label: 'AWS differs from the configuration',
} as const;
