/** Whose texts are ours: those that the token's own login wrote, and what it costs to know. */
import { describe, expect, it } from 'vitest';
import { ownLogin } from '../../src/clients/github.ts';

const ACTIONS = 'github-actions[bot]';
const EVERYBODY = [ACTIONS, 'deployer[bot]', 'deployer', 'alice', 'mallory', 'github-actions', ''];

async function ask(
  authors: readonly string[],
  isInstallation: boolean,
  { user, viewer }: { user?: string; viewer?: string },
) {
  const asked: string[] = [];
  const answer = (what: string, login: string | undefined) => async () => {
    asked.push(what);
    if (login === undefined) throw new Error(what);
    return login;
  };
  const isOwn = await ownLogin(authors, isInstallation, {
    user: answer('user', user),
    viewer: answer('viewer', viewer),
  });
  return { own: EVERYBODY.filter(isOwn), asked };
}

describe('the token of a workflow or an app', () => {
  it.each<[what: string, authors: string[], viewer: string | undefined, own: string, calls: number]>([
    ['by the workflow only', [ACTIONS, ACTIONS], undefined, ACTIONS, 0],
    ['by the workflow and a stranger', [ACTIONS, 'mallory'], ACTIONS, ACTIONS, 1],
    ['by a stranger, with a name without brackets', ['mallory'], 'github-actions', ACTIONS, 1],
    ['by an app', ['deployer[bot]', ACTIONS], 'deployer[bot]', 'deployer[bot]', 1],
    ['by an app and a person of its name', ['deployer[bot]', 'deployer'], 'deployer', 'deployer[bot]', 1],
    ['by others, if GitHub does not name the login', ['alice', 'mallory'], undefined, ACTIONS, 1],
  ])('with the marker in texts %s', async (_what, authors, viewer, own, calls) => {
    expect(await ask(authors, true, viewer === undefined ? {} : { viewer })).toEqual({
      own: [own],
      asked: Array(calls).fill('viewer'),
    });
  });
});

describe('the token of a person', () => {
  it.each<[what: string, logins: { user?: string; viewer?: string }, own: string, asked: string[]]>([
    ['is read by GET /user', { user: 'alice' }, 'alice', ['user']],
    ['is read by GraphQL', { viewer: 'alice' }, 'alice', ['user', 'viewer']],
    ['cannot be read', {}, ACTIONS, ['user', 'viewer']],
  ])('%s', async (_what, logins, own, asked) => {
    expect(await ask([ACTIONS, 'alice'], false, logins)).toEqual({ own: [own], asked });
  });
});
