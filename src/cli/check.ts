/** The result of one check of `doctor`. */
export interface Check {
  /** Names the check, for `--json` and tests. */
  readonly code: CheckCode;
  /** `ok` shows as ✓, `warning` as !, `failure` as ✗. */
  readonly status: 'ok' | 'warning' | 'failure';
  readonly text: string;
  /** Commands to paste, or one sentence. */
  readonly cure?: string | undefined;
}

export type CheckCode =
  | 'input'
  | 'credentials'
  | 'region'
  | 'account'
  | 'oidc-provider'
  | 'role'
  | 'trust'
  | 'permissions'
  | 'key'
  | 'key-policy'
  | 'quota'
  | 'ownership'
  | 'workflow'
  | 'github'
  | 'github-secret'
  | 'github-variable'
  | 'github-environment'
  | 'branch-policy'
  | 'workflow-permissions';

export const passed = (code: CheckCode, text: string): Check => ({ code, status: 'ok', text });
export const doubtful = (code: CheckCode, text: string, cure?: string): Check => ({
  code,
  status: 'warning',
  text,
  cure,
});
export const failed = (code: CheckCode, text: string, cure: string): Check => ({
  code,
  status: 'failure',
  text,
  cure,
});

/** @returns an argument for a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
