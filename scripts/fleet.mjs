// The steps of the reusable workflow fleet.yml. They are part of the bundle, so that they need no installation.
//   node dist/index.js fleet targets    FLEET_FILE, FLEET_MODE, FLEET_ONLY → outputs "count" and "chunks", and FLEET_TARGETS
//   node dist/index.js fleet result     TARGET, OUTCOME, OUTPUTS → RESULT_FILE, for one target
//   node dist/index.js fleet summary    FLEET_TARGETS, RESULTS (a folder), FLEET_MODE → the summary of all; fails when a target did
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** GitHub runs no more jobs of one matrix. */
const CHUNK = 256;
/** A job's outputs may hold 1 MB. */
const MOST_OUTPUT = 900_000;
/** A summary of more than 1 MiB is not shown at all. */
const MOST_ROWS = 2000;

const MODES = ['plan', 'apply', 'drift'];
const LISTS = ['regions', 'environments'];
const TEMPLATES = ['prefix', 'role', 'read-role', 'github-environment', 'read-github-environment', 'config'];
const TOP_KEYS = ['accounts', 'exclude', ...LISTS, ...TEMPLATES];
const ACCOUNT_KEYS = ['id', 'name', ...LISTS, ...TEMPLATES];
const EXCLUDE_KEYS = ['account', 'region', 'environment'];

const NAME = /^[A-Za-z0-9_.-]+$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const ACCOUNT = /^\d{12}$/;

/** What is wrong with the file; all of it is reported at once. */
class Faults extends Error {
  constructor(faults) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param fleet what the file holds
 * @returns every target of it, in the order of the file
 * @throws Faults
 */
function targetsOf(fleet, mode) {
  const faults = [];
  if (!MODES.includes(mode))
    faults.push(`mode is ${mode === '' ? 'empty' : `"${mode}"`}; it takes ${MODES.join(', ')}`);
  if (!isRecord(fleet))
    throw new Faults([
      ...faults,
      'the file holds no mapping; it needs prefix, role, accounts, regions, environments',
    ]);
  checkKeys(fleet, TOP_KEYS, 'the file', faults);
  const accounts = accountsOf(fleet, faults);
  const excludes = excludesOf(fleet, faults);
  const targets = accounts.flatMap((account) =>
    account.regions.flatMap((region) =>
      account.environments
        .filter((environment) => !isExcluded(excludes, { account, region, environment }))
        .map((environment) => targetOf(account, region, environment, mode, faults)),
    ),
  );
  for (const { where, used } of excludes)
    if (!used)
      faults.push(`${where} excludes nothing; a typing error would let run what you meant to leave out`);
  const seen = new Map();
  for (const { name, account, region, prefix } of targets) {
    const key = `${account} ${region} ${prefix}`;
    if (seen.has(key))
      faults.push(
        `${name} and ${seen.get(key)} are the same prefix ${prefix} of one account and region; put {environment} into prefix`,
      );
    else seen.set(key, name);
  }
  if (targets.length === 0 && faults.length === 0) faults.push('the file has no target');
  if (faults.length > 0) throw new Faults([...new Set(faults)]);
  return targets;
}

function checkKeys(record, known, where, faults) {
  for (const key of Object.keys(record))
    if (!known.includes(key))
      faults.push(`${where} has the key "${key}", which is not one of ${known.join(', ')}`);
}

function accountsOf(fleet, faults) {
  if (!Array.isArray(fleet.accounts) || fleet.accounts.length === 0) {
    faults.push('accounts is missing: a list of accounts, each with an id');
    return [];
  }
  const names = new Set();
  return fleet.accounts.flatMap((given, index) => {
    const where = `accounts[${index}]`;
    if (!isRecord(given)) {
      faults.push(`${where} is not a mapping with an id`);
      return [];
    }
    checkKeys(given, ACCOUNT_KEYS, where, faults);
    if (typeof given.id === 'number')
      faults.push(`${where}: put the id into quotes: YAML would drop a leading zero`);
    else if (typeof given.id !== 'string' || !ACCOUNT.test(given.id))
      faults.push(`${where}: id is not an account of 12 digits`);
    const name = given.name ?? String(given.id);
    if (typeof name !== 'string' || !NAME.test(name))
      faults.push(`${where}: name may hold letters, digits and _ . - only`);
    if (names.has(name)) faults.push(`${where}: there are two accounts of the name ${name}`);
    names.add(name);
    const merged = { ...pick(fleet, TEMPLATES), ...pick(given, TEMPLATES) };
    for (const key of TEMPLATES)
      if (merged[key] !== undefined && typeof merged[key] !== 'string')
        faults.push(`${where}: ${key} is not a text`);
    for (const key of ['prefix', 'role'])
      if (merged[key] === undefined)
        faults.push(`${where}: ${key} is missing, here and at the top of the file`);
    return [
      {
        id: String(given.id),
        name: String(name),
        templates: merged,
        regions: listOf(given.regions ?? fleet.regions, `${where}: regions`, REGION, faults),
        environments: listOf(
          given.environments ?? fleet.environments,
          `${where}: environments`,
          NAME,
          faults,
        ),
      },
    ];
  });
}

const pick = (record, keys) =>
  Object.fromEntries(keys.flatMap((key) => (key in record ? [[key, record[key]]] : [])));

function listOf(given, where, pattern, faults) {
  if (!Array.isArray(given) || given.length === 0) {
    faults.push(`${where}: a list with one entry or more is missing, here and at the top of the file`);
    return [];
  }
  const wrong = given.filter((entry) => typeof entry !== 'string' || !pattern.test(entry));
  for (const entry of wrong) faults.push(`${where}: ${JSON.stringify(entry)} cannot be one`);
  if (new Set(given).size < given.length) faults.push(`${where}: an entry is given twice`);
  return wrong.length === 0 ? [...new Set(given)] : [];
}

function excludesOf(fleet, faults) {
  if (fleet.exclude === undefined) return [];
  if (!Array.isArray(fleet.exclude)) {
    faults.push('exclude is not a list');
    return [];
  }
  return fleet.exclude.flatMap((given, index) => {
    const where = `exclude[${index}]`;
    if (!isRecord(given) || Object.keys(given).length === 0) {
      faults.push(`${where} is not a mapping of ${EXCLUDE_KEYS.join(', ')}`);
      return [];
    }
    checkKeys(given, EXCLUDE_KEYS, where, faults);
    return [{ where, given, used: false }];
  });
}

function isExcluded(excludes, { account, region, environment }) {
  return excludes.some((exclude) => {
    const { given } = exclude;
    const fits =
      (given.account === undefined || given.account === account.name || given.account === account.id) &&
      (given.region === undefined || given.region === region) &&
      (given.environment === undefined || given.environment === environment);
    exclude.used ||= fits;
    return fits;
  });
}

function targetOf({ id, name, templates }, region, environment, mode, faults) {
  const values = { account: id, name, region, environment };
  const where = `${name}/${region}/${environment}`;
  const filled = (key) => {
    const template = templates[key];
    if (typeof template !== 'string') return '';
    return template.replace(/\{([^{}]*)\}/g, (whole, word) => {
      if (Object.hasOwn(values, word)) return values[word];
      faults.push(`${key}: ${whole} is not one of {${Object.keys(values).join('}, {')}}`);
      return whole;
    });
  };
  const either = (key) =>
    mode !== 'apply' && templates[`read-${key}`] !== undefined ? filled(`read-${key}`) : undefined;
  const role = either('role') ?? filled('role');
  const [, owner] = /^arn:[a-z-]+:iam::(\d{12}):role\/\S+$/.exec(role) ?? [];
  if (templates.role !== undefined && owner === undefined)
    faults.push(`${where}: "${role}" is not the ARN of a role`);
  else if (owner !== undefined && owner !== id)
    faults.push(`${where}: the role is of account ${owner}; write {account} in its place`);
  const prefix = filled('prefix');
  if (templates.prefix !== undefined && !/^(\/[A-Za-z0-9_.-]+){2,14}$/.test(prefix))
    faults.push(`${where}: prefix "${prefix}" is not like /papyrus/prd`);
  return {
    name: where,
    account: id,
    region,
    environment,
    prefix,
    role,
    // What only reads does not wait for reviewers, unless the file says so.
    gate: mode === 'apply' ? filled('github-environment') : filled('read-github-environment'),
    config: filled('config'),
  };
}

/** @returns the targets that one of the globs names; all where there is none. */
function chosen(targets, only) {
  const globs = only
    .split(/[\n,]/)
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '');
  if (globs.length === 0) return targets;
  const patterns = globs.map((glob) => ({
    glob,
    pattern: new RegExp(`^${glob.replace(/[.+^$()|[\]{}\\?]/g, '\\$&').replaceAll('*', '[^/]*')}$`),
  }));
  const idle = patterns.filter(({ pattern }) => !targets.some(({ name }) => pattern.test(name)));
  if (idle.length > 0)
    throw new Faults(
      idle.map(({ glob }) => `only: no target is called ${glob}; they are called like ${targets[0]?.name}`),
    );
  return targets.filter(({ name }) => patterns.some(({ pattern }) => pattern.test(name)));
}

async function targets(env) {
  const file = env.FLEET_FILE ?? '';
  if (!existsSync(file)) throw new Faults([`there is no file ${file}; give its path in the input "file"`]);
  let fleet;
  try {
    fleet = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Faults([`${file} is not YAML: ${error.message.split('\n')[0]}`]);
  }
  const all = chosen(targetsOf(fleet, env.FLEET_MODE ?? ''), env.FLEET_ONLY ?? '').map((target, index) => ({
    number: index + 1,
    ...target,
  }));
  const chunks = [];
  for (let start = 0; start < all.length; start += CHUNK)
    chunks.push({ number: chunks.length + 1, targets: JSON.stringify(all.slice(start, start + CHUNK)) });
  const text = JSON.stringify(chunks);
  if (chunks.length > CHUNK || text.length > MOST_OUTPUT)
    throw new Faults([`${all.length} targets are more than one run can hand on; split them with "only"`]);
  mkdirSync(dirname(env.FLEET_TARGETS), { recursive: true });
  writeFileSync(env.FLEET_TARGETS, JSON.stringify(all));
  appendFileSync(env.GITHUB_OUTPUT, `count=${all.length}\nchunks=${text}\n`);
  console.log(`${all.length} targets in ${chunks.length} ${chunks.length === 1 ? 'matrix' : 'matrices'}`);
  for (const { name, prefix } of all) console.log(`  ${name}  ${prefix}`);
}

/** The outputs that the summary of all shows; names and counts, no values and no ARNs. */
const REPORTED = [
  'changed',
  'drifted',
  'to-create',
  'to-update',
  'to-delete',
  'blocked',
  'monthly-cost-usd',
  'failure-reason',
  'plan-hash',
];

function result(env) {
  const outputs = JSON.parse(env.OUTPUTS === undefined || env.OUTPUTS === '' ? '{}' : env.OUTPUTS);
  const { number, name } = JSON.parse(env.TARGET);
  mkdirSync(dirname(env.RESULT_FILE), { recursive: true });
  writeFileSync(
    env.RESULT_FILE,
    JSON.stringify({
      number,
      name,
      outcome: env.OUTCOME,
      ...Object.fromEntries(REPORTED.map((key) => [key, String(outputs[key] ?? '')])),
    }),
  );
}

const escaped = (text) =>
  String(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c])
    .replace(/[\\`*_|[\]@#!~]/g, '\\$&');

/** @returns the state of one target in a word, and its rank: what needs a person comes first */
function stateOf(found, mode) {
  if (found === undefined) return { rank: 0, word: 'no result (its job did not get that far)', failed: true };
  if (found.outcome !== 'success') {
    const reason =
      found['failure-reason'] || (found.outcome === 'skipped' ? 'a step before it failed' : found.outcome);
    return {
      rank: reason === 'drifted' ? 2 : 1,
      word: reason === 'drifted' ? 'drifted' : `failed: ${reason}`,
      failed: true,
    };
  }
  const open = ['to-create', 'to-update', 'to-delete', 'blocked'].some((key) => Number(found[key]) > 0);
  if (mode === 'apply')
    return {
      rank: found.changed === 'true' ? 4 : 5,
      word: found.changed === 'true' ? 'applied' : 'nothing to do',
      failed: false,
    };
  if (mode === 'drift')
    return {
      rank: found.drifted === 'true' ? 2 : 5,
      word: found.drifted === 'true' ? 'drifted' : 'no drift',
      failed: false,
    };
  return { rank: open ? 3 : 5, word: open ? 'would change' : 'nothing to do', failed: false };
}

function summary(env) {
  const all = JSON.parse(readFileSync(env.FLEET_TARGETS, 'utf8'));
  const results = new Map();
  for (const name of existsSync(env.RESULTS) ? readdirSync(env.RESULTS, { recursive: true }) : []) {
    if (!/(^|[\\/])result-\d+\.json$/.test(name)) continue;
    const found = JSON.parse(readFileSync(join(env.RESULTS, name), 'utf8'));
    results.set(found.number, found);
  }
  const rows = all
    .map((target) => {
      const found = results.get(target.number);
      return { target, found, ...stateOf(found, env.FLEET_MODE) };
    })
    .sort((a, b) => a.rank - b.rank || a.target.number - b.target.number);
  const failed = rows.filter((row) => row.failed);
  const cost = rows.reduce((sum, { found }) => sum + Number(found?.['monthly-cost-usd'] || 0), 0);
  const counts = new Map();
  for (const { word } of rows) counts.set(word, (counts.get(word) ?? 0) + 1);
  const lines = [
    `## Fleet: ${escaped(env.FLEET_MODE)} of ${all.length} targets`,
    '',
    `${[...counts].map(([word, count]) => `${count} ${escaped(word)}`).join(', ')}. Together $${cost.toFixed(2)} a month.`,
    '',
    '| Target | Prefix | Result | Create | Update | Delete | Blocked | $ a month |',
    '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.slice(0, MOST_ROWS).map(({ target, found, word }) => {
      const cells = ['to-create', 'to-update', 'to-delete', 'blocked', 'monthly-cost-usd'].map(
        (key) => found?.[key] ?? '',
      );
      return `| ${[target.name, target.prefix, word, ...cells].map(escaped).join(' | ')} |`;
    }),
  ];
  if (rows.length > MOST_ROWS) lines.push('', `… and ${rows.length - MOST_ROWS} more`);
  appendFileSync(env.GITHUB_STEP_SUMMARY, `${lines.join('\n')}\n`);
  for (const { target, word } of rows) console.log(`${target.name}: ${word}`);
  if (failed.length > 0)
    throw new Faults([`${failed.length} of ${all.length} targets failed or drifted; the summary names them`]);
}

const COMMANDS = { targets, result, summary };

async function run() {
  try {
    const command = COMMANDS[process.argv.at(-1)];
    if (command === undefined)
      throw new Faults([`the last word is one of ${Object.keys(COMMANDS).join(', ')}`]);
    await command(process.env);
  } catch (error) {
    const faults = error instanceof Faults ? error.faults : [`unexpected: ${error.message}`];
    // One annotation a fault; a line break or a command in the file's text must not begin another one.
    for (const fault of faults)
      console.log(`::error::${fault.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')}`);
    process.exitCode = 1;
  }
}

void run();
