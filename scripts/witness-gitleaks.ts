/**
 * Gitleaks' rules as a witness of the classification: for values of each of its token forms, under names that say nothing, the
 * class is never plain. The rules are those of its Go module, which `go` brings into `.cache`.
 *
 *     npx tsx scripts/witness-gitleaks.ts
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { classify } from '../src/desired/classify.ts';
import { Secret } from '../src/secret.ts';

const MODULE = 'github.com/zricethezav/gitleaks/v8@v8.30.0';
const SAMPLES = 20;
/** Fewer would mean that the rules are not read any more. */
const FEWEST_FORMS = 200;
const NAMES = [
  'GREETING',
  'VALUE',
  'SETTING',
  'APP_MODE',
  'BACKEND',
  'tenant',
  'siteRef',
  'X_DATA',
  'FEATURE',
  'CONFIG_ITEM',
];

/** Rules whose secret is any text at all, known only by the text around it: these are no forms of a token. */
const OF_CONTEXT = new Set([
  'curl-auth-header',
  'curl-auth-user',
  'generic-api-key',
  'hashicorp-tf-password',
  'kubernetes-secret-yaml',
  'nuget-config-password',
]);

interface Rule {
  readonly secretGroup?: number;
  readonly id: string;
  readonly regex?: string;
}

function readRules(): Rule[] {
  const cache = fileURLToPath(new URL('../.cache/go-modules', import.meta.url));
  const env = { ...process.env, GOMODCACHE: cache, GOFLAGS: '-mod=mod -modcacherw' };
  let output: string;
  try {
    output = execFileSync('go', ['mod', 'download', '-json', MODULE], { env, encoding: 'utf8' });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    console.error(
      isMissing
        ? 'go is missing, which brings the rules of gitleaks; install it (Debian and Ubuntu: apt-get install golang-go)'
        : `go could not bring ${MODULE}`,
    );
    process.exit(1);
  }
  const { Dir } = JSON.parse(output) as { Dir: string };
  const { rules } = parse(readFileSync(join(Dir, 'config/gitleaks.toml'), 'utf8')) as unknown as {
    rules: Rule[];
  };
  return rules;
}

/**
 * @returns the pattern of the token alone, in the grammar of JavaScript: the group that a rule names, or the first that
 * captures; a URL is secret as a whole
 */
function tokenForm(regex: string, group = 1): string {
  const source = regex
    .replace(/\(\?-i:/g, '(?:')
    .replace(/\(\?[ims]+:/g, '(?:')
    .replace(/\(\?[ims]+\)/g, '')
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:alnum:\]/g, 'A-Za-z0-9')
    .replace(/\[:digit:\]/g, '0-9')
    .replace(/\[:alpha:\]/g, 'A-Za-z')
    .replace(/\\z/g, '$');
  const isUrl = source.startsWith('https:');
  const token = isUrl ? source : groupOf(source, group);
  return (token ?? source).replace(/\\b/g, '');
}

function groupOf(source: string, group: number): string | undefined {
  let isClass = false;
  let count = 0;
  let begin = -1;
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const sign = source[at];
    if (sign === '\\') at += 1;
    else if (isClass) isClass = sign !== ']';
    else if (sign === '[') isClass = true;
    else if (sign === '(') {
      if (source[at + 1] !== '?') count += 1;
      if (begin === -1 && source[at + 1] !== '?' && count === group) begin = at;
      if (begin !== -1) depth += 1;
    } else if (sign === ')' && begin !== -1) {
      depth -= 1;
      if (depth === 0) return source.slice(begin + 1, at);
    }
  }
  return undefined;
}

const plain = new Map<string, string>();
const left: string[] = [];
let forms = 0;
for (const { id, regex, secretGroup } of readRules()) {
  if (regex === undefined || OF_CONTEXT.has(id)) continue;
  let values: string[];
  try {
    values = fc.sample(fc.stringMatching(new RegExp(`^(?:${tokenForm(regex, secretGroup)})$`)), {
      numRuns: SAMPLES,
      seed: 1,
    });
  } catch {
    left.push(id);
    continue;
  }
  forms += 1;
  for (const value of values)
    for (const name of NAMES) {
      const judged = classify(name, new Secret(value));
      if (judged.class === 'plain') plain.set(id, `${name}=${value.slice(0, 60)} (${judged.reason})`);
    }
}
console.log(
  `${forms} token forms of gitleaks, ${SAMPLES} values each under ${NAMES.length} names: ${plain.size} with a plain one`,
);
if (left.length > 0) console.log(`not generated (their grammar is not JavaScript's): ${left.join(', ')}`);
for (const [id, example] of plain) console.log(`plain: ${id}: ${example}`);
if (forms < FEWEST_FORMS) console.log(`fewer than ${FEWEST_FORMS} forms were read`);
process.exitCode = plain.size > 0 || forms < FEWEST_FORMS ? 1 : 0;
