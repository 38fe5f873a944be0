/**
 * The lists of URLs that an Auth0 application accepts. Auth0 replaces a list as a whole and knows no condition
 * ("only if unchanged"), so every write is: read, lay the differences over what stands, send the lists that change,
 * read back. What is left is the moment between the read and the write, a round trip long; a workflow's
 * `concurrency` closes it for our own runs.
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

/** One application; its id is no name, since a client id that came from `secrets` must not stand in a report. */
export interface Auth0Application {
  /** How plan and report call it. */
  readonly name: string;
  readonly id: string | Secret;
}

/** The most entries of a list. @see https://auth0.com/docs/get-started/applications/application-settings */
const MAX_URLS = 100;

/** How often lists are written again that somebody else replaced before they could be read back. */
const ROUNDS = 3;

const PREFIXES: Readonly<Record<Auth0List, string>> = {
  callbacks: URL_FIELDS.callback,
  allowed_logout_urls: URL_FIELDS.logout,
  web_origins: URL_FIELDS.origin,
};

/**
 * @param mask told of each URL as soon as it is read: one with a password or a token in it is hidden before anything shows it
 * @returns the provider of the one application that this run is about
 */
export function auth0ApplicationProvider(
  client: Auth0Client,
  application: Auth0Application,
  mask: (url: Secret) => void,
): Provider<Auth0ApplicationSpec> {
  return {
    /** An application that does not exist is unreadable, not absent: nobody but its owner can create it. */
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
  readonly wanted: boolean;
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
      // It may have been carried out all the same, and others may have written: it is read again, not repeated.
      await client.clock.sleep(delay);
      existing = await client.readLists(applicationId);
      continue;
    }
    existing = await readBack(client, applicationId);
    if (Object.keys(changedLists(existing, edits)).length === 0) return existing;
    // Somebody wrote at the same moment, or an old copy was read: either is over after a pause.
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
 * Lays the edits over what stands: the order stays, what is new comes at the end, nothing but whole URLs is compared.
 * @returns only the lists that change
 * @throws Auth0Error `too-many` before anything is sent, where a list would grow beyond what Auth0 takes
 */
function changedLists(existing: Auth0Lists, edits: readonly Edit[]): Partial<Auth0Lists> {
  const changed: Partial<Record<Auth0List, readonly string[]>> = {};
  for (const list of LISTS) {
    const before = existing[list];
    const own = edits.filter((edit) => edit.list === list);
    const out = new Set(own.filter((edit) => !edit.wanted).map((edit) => edit.url));
    const added = own.filter((edit) => edit.wanted && !before.includes(edit.url)).map((edit) => edit.url);
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
    return { list, url: field.slice(PREFIXES[list].length), wanted: to === true };
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
