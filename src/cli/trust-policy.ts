/*
 * Subjects of GitHub's tokens, and trust policies, read as IAM does.
 */

export const ISSUER = 'token.actions.githubusercontent.com';
export const AUDIENCE = 'sts.amazonaws.com';

/** From this day on GitHub puts ids into the subjects of repositories that are created, renamed or transferred. */
export const IDS_SINCE = '2026-07-15T00:00:00Z';

/** Facts on the repository and the job that assumes the role. */
export interface Job {
  /** `OWNER/NAME`, as GitHub spells it. */
  readonly repository: string;
  /** `OWNER_ID/REPOSITORY_ID`; undefined without a response of GitHub. */
  readonly ids: string | undefined;
  /** When the repository was created; undefined without a response of GitHub. */
  readonly createdAt: string | undefined;
  /** The environment of the job; undefined where it has none. */
  readonly environment: string | undefined;
  readonly branch: string;
  /** It runs for pull requests alone, whose subjects name no branch. */
  readonly isPullRequest: boolean;
}

export interface Subjects {
  /** `repo:OWNER/NAME:…` */
  readonly old: string;
  /** `repo:OWNER@1/NAME@2:…`; undefined where the ids are not known. */
  readonly withIds: string | undefined;
  /** Which of both GitHub sends; undefined where that cannot be known. */
  readonly sent: 'old' | 'withIds' | undefined;
}

/** @returns the subjects that a token of the job may have */
export function subjectsOf(job: Job): Subjects {
  const { repository, ids, createdAt } = job;
  const from = contextOf(job);
  const [owner = '', name = ''] = repository.split('/');
  const [ownerId, repositoryId] = ids?.split('/') ?? [];
  return {
    old: `repo:${repository}:${from}`,
    withIds: ids === undefined ? undefined : `repo:${owner}@${ownerId}/${name}@${repositoryId}:${from}`,
    // An older one that was renamed since then has ids as well, which its date does not show.
    sent: createdAt !== undefined && createdAt >= IDS_SINCE ? 'withIds' : undefined,
  };
}

function contextOf({ environment, branch, isPullRequest }: Job): string {
  // GitHub encodes a colon in names of environments.
  if (environment !== undefined) return `environment:${environment.replaceAll(':', '%3A')}`;
  return isPullRequest ? 'pull_request' : `ref:refs/heads/${branch}`;
}

/** @returns the template of a trust policy that names only this job */
export function trustPolicyFor(provider: string, subjects: readonly string[]): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: AUDIENCE,
            [`${ISSUER}:sub`]: subjects.length === 1 ? subjects[0] : subjects,
          },
        },
      },
    ],
  };
}

/** Conditions of one statement on a token. */
export interface TrustStatement {
  /** Patterns for the subject, as they are written; undefined without a condition on the subject. */
  readonly subjects: Patterns | undefined;
  readonly audiences: Patterns | undefined;
  /** Whether a token without the claim passes too: `ForAllValues:`, `…IfExists`. */
  readonly isLax: boolean;
  /** Conditions that this reader does not know; a job may fail them. */
  readonly unknown: readonly string[];
}

/** Of each operator one list: all operators must hold, each by one of its patterns. */
export type Patterns = ReadonlyArray<readonly SubjectPattern[]>;

export interface SubjectPattern {
  readonly text: string;
  readonly operator: 'StringEquals' | 'StringLike' | 'StringEqualsIgnoreCase';
}

/** @returns whether the value matches the pattern */
export function isMatched({ text, operator }: SubjectPattern, value: string): boolean {
  if (operator === 'StringEquals') return text === value;
  if (operator === 'StringEqualsIgnoreCase') return text.toLowerCase() === value.toLowerCase();
  return matchesGlob(text, value);
}

/** `*` matches any text and `?` one character; the time is linear in both lengths for each star. */
function matchesGlob(pattern: string, value: string): boolean {
  let [at, from, star, mark] = [0, 0, -1, 0];
  while (from < value.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at;
      mark = from;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === value[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      from = mark;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** @returns whether a statement accepts a token, by the conditions that this reader knows */
export function isAccepted(
  { subjects, audiences }: TrustStatement,
  token: { readonly subject: string; readonly audience: string },
): boolean {
  return isNamed(subjects, token.subject) && isNamed(audiences, token.audience);
}

/** Without a condition every token passes. */
export const isNamed = (patterns: Patterns | undefined, value: string) =>
  patterns === undefined || patterns.every((all) => all.some((pattern) => isMatched(pattern, value)));

/** A policy that IAM would have refused. */
export class UnreadablePolicyError extends Error {
  override readonly name = 'UnreadablePolicyError';
}

/**
 * @param provider ARN of the identity provider
 * @returns the statements that allow tokens of GitHub to assume the role
 * @throws UnreadablePolicyError where the text is no policy
 */
export function readTrust(text: string, provider: string): TrustStatement[] {
  return statementsOf(text)
    .filter(
      (one) =>
        one['Effect'] === 'Allow' &&
        listOf(one['Action']).some((action) =>
          /^(?:sts:(?:AssumeRoleWithWebIdentity|AssumeRole\*|\*)|\*)$/i.test(action),
        ) &&
        isFederated(one['Principal'], provider),
    )
    .map((one) => readConditions(one['Condition']));
}

type Json = Readonly<Record<string, unknown>>;

export function statementsOf(text: string): Json[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UnreadablePolicyError('the policy is no JSON');
  }
  const statements = isObject(parsed) ? parsed['Statement'] : undefined;
  const all = Array.isArray(statements) ? statements : [statements];
  if (!all.every(isObject)) throw new UnreadablePolicyError('the policy has no statements');
  return all;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns a member that may be one text or a list of them */
export function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}

function isFederated(principal: unknown, provider: string): boolean {
  if (principal === '*') return true;
  return isObject(principal) && listOf(principal['Federated']).includes(provider);
}

const OPERATORS = ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'] as const;

function readConditions(condition: unknown): TrustStatement {
  const groups: Record<'sub' | 'aud', SubjectPattern[][]> = { sub: [], aud: [] };
  const laxities: boolean[] = [];
  const unknown: string[] = [];
  for (const [written, keys] of Object.entries(isObject(condition) ? condition : {})) {
    const name = written.replace(/^For(?:Any|All)Values:/i, '').replace(/IfExists$/i, '');
    const operator = OPERATORS.find((one) => one.toLowerCase() === name.toLowerCase());
    const passesAbsent = /^ForAllValues:/i.test(written) || /IfExists$/i.test(written);
    for (const [key, values] of Object.entries(isObject(keys) ? keys : {})) {
      const claim = key.toLowerCase().replace(`${ISSUER}:`, '');
      if (operator === undefined || (claim !== 'sub' && claim !== 'aud')) {
        unknown.push(`${written} ${key}`);
        continue;
      }
      groups[claim].push(listOf(values).map((text) => ({ text, operator })));
      if (claim === 'sub') laxities.push(passesAbsent);
    }
  }
  const given = (all: SubjectPattern[][]) => (all.length === 0 ? undefined : all);
  // All conditions must hold: one that requires the claim is enough.
  const isLax = laxities.length > 0 && laxities.every(Boolean);
  return { subjects: given(groups.sub), audiences: given(groups.aud), isLax, unknown };
}
