/** Kinds of failure of a call to Auth0, for code; people read the message. */
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
  /** Milliseconds to wait before that, where Auth0 said so. */
  readonly waitMs?: number | undefined;
}

/**
 * Everything that the Auth0 provider throws. The message is put together from words of ours, a status, and Node's code of
 * a network fault: never from what was sent or answered, so that no secret, token, host or body can come with it.
 * There is no `cause` for the same reason: Node's own errors name the host, which may have come from `secrets`.
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
