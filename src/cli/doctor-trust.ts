import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';
import {
  AUDIENCE,
  ISSUER,
  isAccepted,
  isMatched,
  isNamed,
  type Job,
  readTrust,
  type Subjects,
  statementsOf,
  subjectsOf,
  type TrustStatement,
  trustPolicyFor,
  UnreadablePolicyError,
} from './trust-policy.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  /** Its trust policy, as JSON. */
  readonly trust: string;
}

/**
 * Checks whether a job of this repository can assume the role, and which others can.
 * @param provider ARN of GitHub's identity provider in the account
 */
export function checkTrust(role: Role, provider: string, job: Job): Check[] {
  const subjects = subjectsOf(job);
  const cure = trustCure(role, provider, subjects);
  let statements: TrustStatement[];
  try {
    statements = readTrust(role.trust, provider);
  } catch (error) {
    if (!(error instanceof UnreadablePolicyError)) throw error;
    return [doubtful('trust', `The trust policy of ${role.name} cannot be read: ${error.message}`)];
  }
  if (statements.length === 0)
    return [failed('trust', `${role.name} does not trust GitHub: no statement names ${provider}`, cure)];
  const addressed = statements.filter(({ audiences }) => isNamed(audiences, AUDIENCE));
  if (addressed.length === 0)
    return [failed('trust', `${role.name} trusts another audience than ${AUDIENCE}`, cure)];
  return [...checkSubjects(role, addressed, subjects, job, cure), ...checkWidth(role, statements, job, cure)];
}

function checkSubjects(
  role: Role,
  statements: readonly TrustStatement[],
  subjects: Subjects,
  job: Job,
  cure: string,
): Check[] {
  const fits = (subject: string | undefined) =>
    subject !== undefined && statements.some((one) => isAccepted(one, { subject, audience: AUDIENCE }));
  const [old, withIds] = [fits(subjects.old), fits(subjects.withIds)];
  const unknown = [...statements.flatMap((one) => one.unknown), ...deniesOf(role.trust)];
  if (!old && !withIds) return [failed('trust', mismatch(role, statements, subjects, job), cure)];
  if (subjects.sent === 'withIds' && !withIds)
    return [
      failed(
        'trust',
        `${role.name} trusts ${subjects.old}, and GitHub sends ids in the subjects of repositories that were created after 15 July 2026: ${subjects.withIds}`,
        cure,
      ),
    ];
  const subject = withIds ? subjects.withIds : subjects.old;
  if (unknown.length > 0)
    return [
      doubtful(
        'trust',
        `${role.name} trusts ${subject}, with conditions that are not checked: ${unknown.join(', ')}`,
      ),
    ];
  if (old && !withIds && subjects.sent === undefined)
    return [
      doubtful(
        'trust',
        `${role.name} trusts ${subject}. That is right unless the repository was created, renamed or transferred after 15 July 2026: GitHub then sends ids in the subject`,
        `gh api repos/${job.repository} --jq '"\\(.owner.id)/\\(.id) \\(.created_at)"'`,
      ),
    ];
  if (withIds && !old && subjects.sent === undefined)
    return [
      doubtful(
        'trust',
        `${role.name} trusts ${subject}. That is right if the repository was renamed or transferred after 15 July 2026; older ones send ${subjects.old}`,
      ),
    ];
  return [passed('trust', `${role.name} trusts ${subject}`)];
}

const deniesOf = (trust: string) =>
  statementsOf(trust).some((one) => one['Effect'] === 'Deny') ? ['a statement that denies'] : [];

/** @returns why no subject of the job matches, by the most similar one */
function mismatch(role: Role, statements: readonly TrustStatement[], subjects: Subjects, job: Job): string {
  const patterns = statements.flatMap(({ subjects: named }) => named?.flat() ?? []);
  const own = [subjects.old, subjects.withIds].filter((one) => one !== undefined);
  const sent = subjects.sent === 'withIds' ? (subjects.withIds ?? subjects.old) : subjects.old;
  const start = `${role.name} does not trust ${sent}`;
  const named = patterns.map(({ text }) => text).join(', ') || 'nothing';
  if (own.some((one) => patterns.some(({ text }) => text.toLowerCase() === one.toLowerCase())))
    return `${start}: it trusts ${named}. The case differs, and the comparison is exact`;
  if (
    own.some((one) =>
      patterns.some(
        (pattern) =>
          pattern.operator === 'StringEquals' && isMatched({ ...pattern, operator: 'StringLike' }, one),
      ),
    )
  )
    return `${start}: it has ${named} below StringEquals, which takes * and ? for themselves. StringLike knows wildcards`;
  const isOwn = (text: string) => own.some((one) => partsOf(one).repository === partsOf(text).repository);
  const others = patterns.filter(({ text }) => isOwn(text)).map(({ text }) => partsOf(text).from);
  if (others.length > 0)
    return `${start}: of this repository it trusts ${others.join(', ')}, and the job sends ${partsOf(sent).from}`;
  if (patterns.some(({ text }) => text.toLowerCase().includes(`${job.repository.toLowerCase()}:`)))
    return `${start}: it trusts ${named}. A subject begins with repo:OWNER/NAME`;
  return `${start}: it trusts ${named}`;
}

function partsOf(subject: string): { repository: string; from: string } {
  const [, repository = subject, from = ''] = /^(repo:[^:]*):(.*)$/s.exec(subject) ?? [];
  return { repository, from };
}

/** Checks which others can assume the role. */
function checkWidth(role: Role, statements: readonly TrustStatement[], job: Job, cure: string): Check[] {
  const open = statements.filter(({ subjects, isLax }) => subjects === undefined || isLax);
  if (open.length > 0)
    return [
      failed(
        'trust',
        `${role.name} can be assumed by every repository on GitHub: ${
          open.some(({ subjects }) => subjects === undefined)
            ? `no condition names ${ISSUER}:sub`
            : 'a condition passes tokens without the claim (ForAllValues or IfExists)'
        }`,
        cure,
      ),
    ];
  if (statements.some(({ audiences }) => audiences === undefined))
    return [doubtful('trust', `${role.name} does not compare the audience ${ISSUER}:aud`, cure)];
  const [owner = ''] = job.repository.split('/');
  // All lists must hold: a narrow one is enough.
  const wide = statements.flatMap(({ subjects = [] }) => {
    const patterns = subjects.map((all) =>
      all.filter(({ operator, text }) => isWide(text, owner, operator === 'StringLike')),
    );
    return patterns.every((all) => all.length > 0) ? patterns.flat() : [];
  });
  return wide.length === 0
    ? []
    : [
        doubtful(
          'trust',
          `${role.name} trusts more than this job: ${wide.map(({ text }) => text).join(', ')}`,
          cure,
        ),
      ];
}

/** A star in the name allows other repositories; a star instead of the rest allows every branch and pull request. */
function isWide(text: string, owner: string, knowsWildcards: boolean): boolean {
  const { repository, from } = partsOf(text);
  const [, ownerOf = ''] = /^repo:([^/@]*)[/@]/.exec(text) ?? [];
  if (ownerOf.toLowerCase() !== owner.toLowerCase()) return true;
  return knowsWildcards && (from === '*' || /[*?]/.test(repository.replace(/@\*/g, '')));
}

function trustCure(role: Role, provider: string, { old, withIds, sent }: Subjects): string {
  const subjects = sent === 'withIds' && withIds !== undefined ? [withIds] : [old];
  const policy = JSON.stringify(trustPolicyFor(provider, subjects));
  return `aws iam update-assume-role-policy --role-name ${shellQuote(role.name)} --policy-document ${shellQuote(policy)}`;
}
