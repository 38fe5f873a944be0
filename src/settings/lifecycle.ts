import { canonicalLifecycle } from './canonical-lifecycle.ts';
import { parseJsonFile } from './json-file.ts';
import { each, ParseError } from './parse.ts';

/** A lifecycle policy in its canonical form, so that two spellings of one policy compare equal. */
export type Lifecycle = string;

/** More images than a repository holds, and a number that JSON keeps as it is written. */
const MOST_IMAGES = 1_000_000;

/**
 * @param setting `keep-last:N`, or the path of a policy JSON
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html (100 to 30,720 characters)
 */
export function readLifecycle(setting: string, readText: (path: string) => string): Lifecycle {
  const keep = /^keep-last:\s*(\d+)$/.exec(setting);
  if (keep !== null) return keepLast(Number(keep[1]));
  if (setting.startsWith('keep-last'))
    throw new ParseError('write keep-last:N with the number of images to keep, like keep-last:10');
  const policy = parseJsonFile(readText(setting), 'the file', 'write a lifecycle policy, or use keep-last:N');
  if (
    typeof policy !== 'object' ||
    policy === null ||
    !('rules' in policy) ||
    !Array.isArray(policy.rules) ||
    policy.rules.length === 0
  )
    throw new ParseError('the file is not a lifecycle policy: it has no list of "rules"');
  const text = canonicalLifecycle(policy);
  if (text.length < 100)
    throw new ParseError(
      `ECR takes a policy from 100 characters on, and this has ${text.length}; describe its rules`,
    );
  if (text.length > 30_720)
    throw new ParseError(`ECR takes a policy of at most 30,720 characters, and this has ${text.length}`);
  checkRules(policy.rules);
  return text;
}

/**
 * The parts that every rule has. ECR validates their words, since it adds new ones.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
function checkRules(rules: readonly unknown[]): void {
  const priorities = new Set<unknown>();
  each([...rules.entries()], ([index, rule]) => {
    const wrong = (text: string) => new ParseError(`rule ${index + 1} of the file ${text}`);
    const { rulePriority, selection, action } = partsOf(rule);
    if (!isCount(rulePriority)) throw wrong('needs a rulePriority, a whole number from 1 on');
    if (priorities.has(rulePriority))
      throw wrong('has the rulePriority of another one; give each rule its own');
    priorities.add(rulePriority);
    const { tagStatus, countType, countNumber } = partsOf(selection);
    if (typeof tagStatus !== 'string' || typeof countType !== 'string')
      throw wrong('needs a selection with tagStatus and countType');
    if (!isCount(countNumber)) throw wrong('needs a countNumber in its selection, a whole number from 1 on');
    if (typeof partsOf(action)['type'] !== 'string')
      throw wrong('needs an action with a type, such as { "type": "expire" }');
  });
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;

/**
 * Counts every image. ECR never expires an image that a kept index refers to,
 * so that the parts of a multi-architecture image stay as long as their index does.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
function keepLast(count: number): Lifecycle {
  if (count < 1) throw new ParseError('keep at least one image');
  if (count > MOST_IMAGES)
    throw new ParseError(
      'no repository holds so many images; keep 1,000,000 of them at most, or leave it out',
    );
  return canonicalLifecycle({
    rules: [
      {
        rulePriority: 1,
        description: `Keep the last ${count} images`,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: count },
        action: { type: 'expire' },
      },
    ],
  });
}
