/** Kinds of failure of a call to Auth0, for code. */
export type Auth0Trouble =
  | 'credentials'
  | 'grant'
  | 'scope'
  | 'not-found'
  | 'cannot-read'
  | 'refused'
  | 'rate-limit'
  | 'unavailable'
  | 'unreachable'
  | 'too-many'
  | 'lost-race';

export interface Auth0ErrorDetails {
  readonly status?: number | undefined;
  /** Whether the same call may be made again. */
  readonly passing?: boolean;
  /** Milliseconds to wait before the next attempt, if Auth0 requests a delay. */
  readonly waitMs?: number | undefined;
}

/**
 * Every error of the Auth0 provider. Its message has only own text, a status, and Node's code of a network fault, never
 * parts of a request or response: these may hold a secret, a token or a host. There is no `cause` for the same reason:
 * Node's own errors name the host, which may have come from `secrets`.
 */
export class Auth0Error extends Error {
  readonly trouble: Auth0Trouble;
  readonly status: number | undefined;
  readonly passing: boolean;
  readonly waitMs: number | undefined;

  constructor(trouble: Auth0Trouble, message: string, details: Auth0ErrorDetails = {}) {
    super(message);
    this.name = 'Auth0Error';
    this.trouble = trouble;
    this.status = details.status;
    this.passing = details.passing ?? false;
    this.waitMs = details.waitMs;
  }
}
