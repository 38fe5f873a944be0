/*
 * The plan stage as a whole: it is loaded while AWS answers.
 */
export { destroy } from './destroy.ts';
export { refuseEmptyInput, refuseOverQuota } from './input-errors.ts';
export { plan } from './plan.ts';
export { ignoreRemarks } from './policy.ts';
export { prune } from './prune.ts';
export { encryptedVariables } from './settled-type.ts';
export { moveKeys } from './stale-copies.ts';
