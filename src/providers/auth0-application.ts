/**
 * The lists of URLs that an Auth0 application accepts. Auth0 replaces a list as a whole and has no condition ("only
 * if unchanged"), so every write is: read, apply the differences to the existing lists, send the changed ones, read
 * back. A gap of one round trip remains between read and write; a workflow's `concurrency` closes it for runs of this
 * action.
 * @see https://auth0.com/docs/api/management/v2/clients/patch-clients-by-id
 */
import type { Auth0Client } from '../clients/auth0.ts';
import { Auth0Error } from '../clients/auth0-error.ts';
import { delayAfter, ownDelay } from '../clients/auth0-errors.ts';
import { type Auth0List, type Auth0Lists, LIST_TITLES, LISTS } from '../clients/auth0-lists.ts';
import { ABSENT, type Difference } from '../model/fields.ts';
import { type Specs, Unreadable, URL_FIELDS } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import type { Provider } from './provider.ts';

type Auth0ApplicationSpec = Specs['Auth0::Application'];

/** One application; its id is no name, since a client id that came from `secrets` must not be in a report. */
export interface Auth0Application {
  /** Name in plan and report. */
  readonly name: string;
  readonly id: string | Secret;
}

/** The most entries of a list. @see https://auth0.com/docs/get-started/applications/application-settings */
const MAX_URLS = 100;

/** How often lists are written again that another writer replaced before they were read back. */
const ROUNDS = 3;

const PREFIXES: Readonly<Record<Auth0List, string>> = {
  callbacks: URL_FIELDS.callback,
  allowed_logout_urls: URL_FIELDS.logout,
  web_origins: URL_FIELDS.origin,
};

/**
 * @param mask called with each URL as soon as it is read: one with a password or a token is masked before any output
 * @returns the provider of the one application of this run
 */
export function auth0ApplicationProvider(
  client: Auth0Client,
  application: Auth0Application,
  mask: (url: Secret) => void,
): Provider<Auth0ApplicationSpec> {
  return {
    /** An application that does not exist is unreadable, not absent: only its owner can create it. */
    async observe(names) {
      const found = new Map<string, Auth0ApplicationSpec | Unreadable>();
      if (!names.includes(application.name)) return found;
      try {
        found.set(application.name, specOf(application, await client.readLists(application.id), mask));
      } catch (error) {
        found.set(application.name, new Unreadable(error));
      }
      return found;
    },

    async create() {
      throw new Auth0Error(
        'refused',
        'An Auth0 application is never created here: create it in the Auth0 dashboard, and give its client id as auth0-application-id',
      );
    },

    async update(_desired, _observed, differences) {
      return specOf(application, await writeLists(client, application.id, editsOf(differences)), mask);
    },

    async delete() {
      throw new Auth0Error(
        'refused',
        'An Auth0 application is never deleted here: only URLs are removed from it',
      );
    },
  };
}

interface Edit {
  readonly list: Auth0List;
  readonly url: string;
  readonly isAdded: boolean;
}

/** @returns the lists as they were read back, with every edit in them. */
async function writeLists(
  client: Auth0Client,
  applicationId: string | Secret,
  edits: readonly Edit[],
): Promise<Auth0Lists> {
  let existing = await client.readLists(applicationId);
  let rounds = 0;
  let failures = 0;
  for (;;) {
    const changed = changedLists(existing, edits);
    if (Object.keys(changed).length === 0) return existing;
    if (rounds === ROUNDS) throw lostRace(changed);
    try {
      await client.replaceLists(applicationId, changed);
      rounds += 1;
    } catch (error) {
      failures += 1;
      const delay = delayAfter(error, failures);
      if (delay === undefined) throw error;
      // The call may have been applied nevertheless, and others may have written: the lists are read again before a retry.
      await client.clock.sleep(delay);
      existing = await client.readLists(applicationId);
      continue;
    }
    existing = await readBack(client, applicationId);
    if (Object.keys(changedLists(existing, edits)).length === 0) return existing;
    // Another writer was faster, or a stale copy was read: both pass after a pause.
    await client.clock.sleep(ownDelay(rounds));
    existing = await readBack(client, applicationId);
  }
}

async function readBack(client: Auth0Client, applicationId: string | Secret): Promise<Auth0Lists> {
  try {
    return await client.readLists(applicationId);
  } catch (error) {
    if (!(error instanceof Auth0Error)) throw error;
    const { trouble, message, status, passing } = error;
    throw new Auth0Error(trouble, `The lists were written, but not read back to be sure: ${message}`, {
      status,
      passing,
    });
  }
}

/**
 * Applies the edits to the existing list: the order stays, new URLs come last, and only whole URLs are compared.
 * @returns only the lists that change
 * @throws Auth0Error `too-many` before anything is sent, if a list would exceed the limit of Auth0
 */
function changedLists(existing: Auth0Lists, edits: readonly Edit[]): Partial<Auth0Lists> {
  const changed: Partial<Record<Auth0List, readonly string[]>> = {};
  for (const list of LISTS) {
    const before = existing[list];
    const own = edits.filter((edit) => edit.list === list);
    const out = new Set(own.filter((edit) => !edit.isAdded).map((edit) => edit.url));
    const added = own.filter((edit) => edit.isAdded && !before.includes(edit.url)).map((edit) => edit.url);
    const after = [...before.filter((url) => !out.has(url)), ...added];
    if (added.length === 0 && after.length === before.length) continue;
    if (after.length > MAX_URLS && after.length > before.length) throw tooMany(list, after.length);
    changed[list] = after;
  }
  return changed;
}

function editsOf(differences: readonly Difference[]): Edit[] {
  return differences.map(({ field, to }) => {
    const list = LISTS.find((name) => field.startsWith(PREFIXES[name]));
    if (list === undefined || (to !== true && to !== ABSENT))
      throw new TypeError(`Auth0::Application has no field ${field.split(':')[0]} that could be set so`);
    return { list, url: field.slice(PREFIXES[list].length), isAdded: to === true };
  });
}

function specOf(
  application: Auth0Application,
  lists: Auth0Lists,
  mask: (url: Secret) => void,
): Auth0ApplicationSpec {
  const fields: Record<string, true> = {};
  for (const list of LISTS)
    for (const url of lists[list]) {
      mask(new Secret(url));
      fields[`${PREFIXES[list]}${url}`] = true;
    }
  return { name: application.name, fields, metadata: {} };
}

function tooMany(list: Auth0List, count: number): Auth0Error {
  return new Auth0Error(
    'too-many',
    `${LIST_TITLES[list]} would hold ${count} URLs, and Auth0 takes ${MAX_URLS}, so nothing is written; ` +
      'remove unused URLs in the Auth0 dashboard',
  );
}

function lostRace(changed: Partial<Auth0Lists>): Auth0Error {
  const lists = LISTS.filter((list) => changed[list] !== undefined).map((list) => LIST_TITLES[list]);
  return new Auth0Error(
    'lost-race',
    `Another writer replaces ${lists.join(', ')} of the Auth0 application at the same time: ${ROUNDS} times the ` +
      'written URLs did not stay. Run this step again when it is done, and give the workflow a concurrency group',
  );
}
