import { Secret } from '../secret.ts';

/** The response of GetAuthorizationToken. */
export interface RegistryToken {
  /** Base64 of `AWS:password`, as it follows `Basic`. */
  readonly token: Secret;
  /** Scheme and host of the registry, e.g. `https://123456789012.dkr.ecr.us-west-2.amazonaws.com`. */
  readonly endpoint: URL;
}

/**
 * Keeps the registry's token in memory only, and requests a new one when it has expired. Uploads that are rejected at
 * the same time share one refresh.
 */
export class Authorization {
  readonly #fetch: () => Promise<RegistryToken>;
  #current: Promise<RegistryToken> | undefined;
  #refreshes = 0;

  /** @param fetch requests a token from the API, and masks it */
  constructor(fetch: () => Promise<RegistryToken>) {
    this.#fetch = fetch;
  }

  /** @returns the current token; the first call requests it */
  get(): Promise<RegistryToken> {
    this.#current ??= this.#fetch();
    return this.#current;
  }

  /**
   * @param rejected the rejected token
   * @returns whether there is a newer token; a long push may need a second one, and none needs a fourth
   */
  async refresh(rejected: Secret): Promise<boolean> {
    const { token } = await this.get();
    if (token.equals(rejected.reveal())) {
      if (this.#refreshes >= 3) return false;
      this.#refreshes += 1;
      this.#current = this.#fetch();
    }
    await this.get();
    return true;
  }
}

/** @returns the secrets to mask: the token and the password in it */
export function secretsOf(token: Secret): readonly Secret[] {
  const pair = Buffer.from(token.reveal(), 'base64').toString('utf8');
  return [token, new Secret(pair.slice(pair.indexOf(':') + 1))];
}
