/** Whom the default token of a workflow writes as. */
const ACTIONS = 'github-actions[bot]';

/** Ways to find out the login of a token; each rejects where GitHub does not answer. */
export interface Identification {
  /** `GET /user`, which refuses the tokens of a workflow and of apps. */
  readonly user: () => Promise<string>;
  /** `viewer` of GraphQL, which answers for every token; of an app with or without `[bot]`. */
  readonly viewer: () => Promise<string>;
}

/**
 * Whoever may comment can leave a text with our marker, so only what the token's own login wrote is ours.
 * Costs no call where there is no such text, or where all were written by a workflow's default token and ours is one; else one.
 * @param authors logins of those who wrote a text with our marker
 * @param isInstallation the token is a workflow's or an app's: it begins with `ghs_`
 * @returns whether a login is the token's own
 * @see https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
 */
export async function ownLogin(
  authors: readonly string[],
  isInstallation: boolean,
  { user, viewer }: Identification,
): Promise<(login: string) => boolean> {
  if (isInstallation && authors.every((login) => login === ACTIONS)) return (login) => login === ACTIONS;
  const first = isInstallation ? viewer : user;
  const own = await first()
    .catch(() => (isInstallation ? ACTIONS : viewer()))
    .catch(() => ACTIONS);
  // A user's name has no brackets, so an app is never mistaken for a user of its name.
  const whole = isInstallation && !own.endsWith('[bot]') ? `${own}[bot]` : own;
  return (login) => login === whole;
}
