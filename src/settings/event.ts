/** The event that started the run, as far as reports need it. */
export interface EventDetails {
  /** Undefined if the event is about no pull request. */
  readonly pullRequest:
    | {
        readonly number: number;
        readonly fromFork: boolean;
        /** The newest commit at the time of the event; empty if the event lacks it. */
        readonly head: string;
      }
    | undefined;
  /** Whether strangers can read the repository's issues and comments; true if the event does not say. */
  readonly isPublic: boolean;
}

/**
 * @param text the event's payload
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
 */
export function readEventDetails(text: string): EventDetails {
  const payload: unknown = JSON.parse(text);
  const repository = at(payload, 'repository');
  const visibility = at(repository, 'visibility');
  const isPrivate =
    visibility === 'private' || visibility === 'internal' || at(repository, 'private') === true;
  const request = at(payload, 'pull_request');
  const number = at(request, 'number') ?? at(payload, 'number');
  const head = at(request, 'head', 'repo', 'full_name');
  const commit = at(request, 'head', 'sha');
  const base = at(request, 'base', 'repo', 'full_name') ?? at(repository, 'full_name');
  return {
    pullRequest:
      request === undefined || typeof number !== 'number'
        ? undefined
        : // The repository of a fork may be gone by now, and then it is null.
          { number, fromFork: head !== base, head: typeof commit === 'string' ? commit : '' },
    isPublic: visibility === 'public' || !isPrivate,
  };
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
