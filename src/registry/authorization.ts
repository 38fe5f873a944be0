import { Secret } from '../secret.ts';

/** The response of GetAuthorizationToken. */
export interface RegistryToken {
  /** Base64 of `AWS:password`, as it follows `Basic`. */
  readonly token: Secret;
  /** Scheme and host of the registry, e.g. `https://123456789012.dkr.ecr.us-west-2.amazonaws.com`. */
  readonly endpoint: URL;
}

/**
 * Keeps the registry's token in memory and nowhere else, and gets a new one when it has expired. Uploads that are
 * refused at the same time share one refresh.
 */
export class Authorization {
  readonly #fetch: () => Promise<RegistryToken>;
  #current: Promise<RegistryToken> | undefined;
  #refreshes = 0;

  /** @param fetch asks the API; it also has the token masked */
  constructor(fetch: () => Promise<RegistryToken>) {
    this.#fetch = fetch;
  }

  /** @returns the token in force; the first call asks for it */
  get(): Promise<RegistryToken> {
    this.#current ??= this.#fetch();
    return this.#current;
  }

  /**
   * @param refused the token that the registry took no more
   * @returns whether another one is there now; one push needs a second token, none a fourth
   */
  async refresh(refused: Secret): Promise<boolean> {
    const { token } = await this.get();
    if (token.equals(refused.reveal())) {
      if (this.#refreshes >= 3) return false;
      this.#refreshes += 1;
      this.#current = this.#fetch();
    }
    await this.get();
    return true;
  }
}

/** @returns what must be masked of a token: itself and the password in it */
export function secretsOf(token: Secret): readonly Secret[] {
  const pair = Buffer.from(token.reveal(), 'base64').toString('utf8');
  return [token, new Secret(pair.slice(pair.indexOf(':') + 1))];
}
