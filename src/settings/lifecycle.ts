import { canonicalJson } from './canonical-json.ts';
import { Unclear } from './texts.ts';

/** A lifecycle policy as canonical JSON, so that two spellings of one policy compare equal. */
export type Lifecycle = string;

/**
 * @param setting `keep-last:N`, or the path of a policy JSON
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html (100 to 30,720 characters)
 */
export function readLifecycle(setting: string, readText: (path: string) => string): Lifecycle {
  const keep = /^keep-last:\s*(\d+)$/.exec(setting);
  if (keep !== null) return keepLast(Number(keep[1]));
  if (setting.startsWith('keep-last'))
    throw new Unclear('write keep-last:N with the number of images to keep, like keep-last:10');
  let policy: unknown;
  try {
    policy = JSON.parse(readText(setting));
  } catch (error) {
    if (error instanceof Unclear) throw error;
    throw new Unclear('the file is not JSON; write a lifecycle policy, or use keep-last:N');
  }
  if (
    typeof policy !== 'object' ||
    policy === null ||
    !('rules' in policy) ||
    !Array.isArray(policy.rules) ||
    policy.rules.length === 0
  )
    throw new Unclear('the file is not a lifecycle policy: it has no list of "rules"');
  const text = canonicalJson(policy);
  if (text.length < 100)
    throw new Unclear(
      `ECR takes a policy from 100 characters on, and this has ${text.length}; describe its rules`,
    );
  if (text.length > 30_720)
    throw new Unclear(`ECR takes a policy of at most 30,720 characters, and this has ${text.length}`);
  return text;
}

/**
 * Counts every image. ECR never expires an image that a kept index refers to,
 * so that the parts of a multi-architecture image stay as long as their index does.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
function keepLast(count: number): Lifecycle {
  if (count < 1) throw new Unclear('keep at least one image');
  return canonicalJson({
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
