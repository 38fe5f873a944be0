/** Lists of a selection whose order means nothing. */
const SETS = ['tagPrefixList', 'tagPatternList'];

/**
 * @param policy a lifecycle policy, as a file or ECR gives it
 * @returns canonical JSON: equal text exactly where the policies do the same. ECR gives rules back by their priority,
 * whatever the order in which they came.
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/22639
 */
export function canonicalLifecycle(policy: unknown): string {
  if (!isObject(policy) || !Array.isArray(policy['rules'])) return canonicalJson(policy);
  return canonicalJson({ ...policy, rules: policy['rules'].map(canonicalRule).sort(byPriority) });
}

function canonicalRule(rule: unknown): unknown {
  if (!isObject(rule) || !isObject(rule['selection'])) return rule;
  const entries = Object.entries(rule['selection']).flatMap(([key, value]) => {
    if (key === 'storageClass' && value === DEFAULT_STORAGE) return [];
    if (!SETS.includes(key) || !Array.isArray(value)) return [[key, value] as const];
    return value.length === 0 ? [] : [[key, [...value].sort()] as const];
  });
  const { action } = rule;
  return {
    ...rule,
    selection: Object.fromEntries(entries),
    ...(isObject(action) && action['type'] === 'transition'
      ? { action: { targetStorageClass: 'archive', ...action } }
      : {}),
  };
}

/**
 * ECR completes a rule that archives: the images it selects, and the only storage class there is.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
const DEFAULT_STORAGE = 'standard';

function byPriority(a: unknown, b: unknown): number {
  const [left, right] = [priorityOf(a), priorityOf(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Rules without a priority are an error elsewhere, and come last here. */
function priorityOf(rule: unknown): number {
  return isObject(rule) && typeof rule['rulePriority'] === 'number'
    ? rule['rulePriority']
    : Number.POSITIVE_INFINITY;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param value any JSON value
 * @returns JSON with sorted keys and without white space: equal text exactly where the documents are equal
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
