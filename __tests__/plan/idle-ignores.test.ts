import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/model/fields.ts';
import type { Metadata } from '../../src/model/spec.ts';
import { plan } from '../../src/plan/plan.ts';
import { idleIgnores, ignoreRemarks } from '../../src/plan/policy.ts';
import { ask } from '../asking.ts';
import { changeOf } from './changes.ts';
import { LENIENT, OURS, spec } from './desired-resources.ts';

const idle = (ignore: string, inputs = {}) => {
  const { settings, desired } = ask({
    inputs: { dotenv: 'GUNICORN_WORKERS=2\nDB_PASSWORD=x1', tags: 'project=a', ...inputs },
    config: `ignore: [${JSON.stringify(ignore)}]`,
  });
  return idleIgnores(settings.ignore, plan(desired.resources, {}, LENIENT), desired.resources);
};

describe('an entry of ignore that matches nothing of the plan', () => {
  it.each([
    ['parameter:GUNICORN_WORKER', 'parameter:GUNICORN_WORKER (did you mean GUNICORN_WORKERS?)'],
    ['parameter:OTHER', 'parameter:OTHER'],
    ['secret:dbs:key:password', 'secret:dbs:key:password (did you mean db?)'],
    ['secret:db:key:pasword', 'secret:db:key:pasword (did you mean key:password?)'],
    ['log-group:tag:projct', 'log-group:tag:projct (did you mean tag:project?)'],
  ])('%s is reported', (entry, notice) => {
    expect(idle(entry)).toEqual([notice]);
  });

  it.each([
    'parameter:GUNICORN_*',
    'parameter:GUNICORN_WORKERS:value',
    'secret:db:key:password',
    'secret:db:keys',
    'log-group',
    'log-group:tags',
    'log-group:tag:project',
    'repository:lifecycle',
    // This run looks at no Auth0 and at no image.
    'auth0',
    'image:tags',
  ])('%s is not, since there is something of it, or it was not read', (entry) => {
    expect(idle(entry)).toEqual([]);
  });

  it('is not, where this run looks at nothing of its kind', () => {
    expect(idle('secret:other', { only: 'parameters' })).toEqual([]);
  });

  it('is not, where one of several resources has it', () => {
    const inputs = { dotenv: 'DB_PASSWORD=x1\nAUTH0_CLIENT_SECRET=y2' };
    expect(idle('secret:*:key:password', inputs)).toEqual([]);
    expect(idle('secret:*:key:pasword', inputs)).toEqual([
      'secret:*:key:pasword (did you mean key:password?)',
    ]);
  });

  const SM = 'AWS::SecretsManager::Secret';
  const { ignore: KEY } = ask({ config: 'ignore: ["secret:db:key:old"]' }).settings;

  it.each<[what: string, metadata: Metadata, idle: string[]]>([
    ['was read', {}, ['secret:db:key:old']],
    ['the role may not read', { unread: true }, []],
    ['is scheduled for deletion', { scheduledForDeletion: true }, []],
  ])('of a secret that %s may match a key: %j', (_what, metadata, entries) => {
    expect(idleIgnores(KEY, [changeOf(SM, { metadata })], [])).toEqual(entries);
  });

  it('is not, where the secret could not be read', () => {
    expect(idleIgnores(KEY, [changeOf(SM, { unreadable: { error: new Error('x') } })], [])).toEqual([]);
  });

  it('is not, where a new secret or an existing one has the key', () => {
    expect(idleIgnores(KEY, [changeOf(SM, { desired: { 'key:old': 'x' } })], [])).toEqual([]);
    expect(idleIgnores(KEY, [changeOf(SM, { existing: { 'key:old': 'x' } })], [])).toEqual([]);
  });

  it('is not, where it keeps a field from being added to an existing resource', () => {
    const ignore = ['secret:db:key:password', 'log-group:tag:project', 'secret:db:key:pasword'];
    const { settings, desired } = ask({
      inputs: { dotenv: 'DB_PASSWORD=x1', tags: 'project=a' },
      config: `ignore: ${JSON.stringify(ignore)}`,
    });
    const existing = Object.fromEntries(
      desired.resources.map(({ kind, spec: { name, fields } }) => {
        const { 'tag:project': _, 'key:password': __, ...others } = fields as Fields;
        return [kind, new Map([[name, spec(kind, { ...others, ...OURS }, {}, name)]])];
      }),
    );
    const changes = plan(desired.resources, existing, { ...LENIENT, ignore: settings.ignore });
    expect(changes.flatMap(({ differences }) => differences.map(({ field }) => field))).not.toContain(
      'key:password',
    );
    expect(idleIgnores(settings.ignore, changes, desired.resources)).toEqual([
      'secret:db:key:pasword (did you mean key:password?)',
    ]);
  });

  it('all are one remark', () => {
    const { settings, desired } = ask({
      inputs: { dotenv: 'A=1' },
      config: 'ignore: ["parameter:BBBB", "parameter:CCCC"]',
    });
    expect(ignoreRemarks(settings.ignore, plan(desired.resources, {}, LENIENT), desired.resources)).toEqual([
      expect.stringMatching(/ parameter:BBBB, parameter:CCCC$/),
    ]);
    expect(ignoreRemarks([], [], [])).toEqual([]);
  });
});
