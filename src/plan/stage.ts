/*
 * The plan stage as a whole: it is loaded while AWS answers.
 */
export { destroy } from './destroy.ts';
export { refuseEmptyInput } from './empty-input.ts';
export { ignoreRemarks } from './idle-ignores.ts';
export { moveKeys } from './move.ts';
export { refuseOverQuota } from './parameter-quota.ts';
export { plan } from './plan.ts';
export { prune } from './prune.ts';
export { encryptedVariables } from './settled-type.ts';
