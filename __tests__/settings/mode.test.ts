/** Which mode a run has, by its event, the input, and the file, which on a pull request is its author's. */
import { describe, expect, it } from 'vitest';
import { ask } from '../asking.ts';

const APPLYING = [
  'push',
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
  'release',
  'workflow_run',
  '',
];
const PLANNING = [
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'merge_group',
  'issue_comment',
  'issues',
  'discussion_comment',
  'check_suite',
  'deployment_status',
  'registry_package',
  'an_event_of_tomorrow',
];

describe('auto', () => {
  it.each(APPLYING)('is apply on %j', (event) => {
    expect(ask({ event })).toMatchObject({
      settings: { mode: 'apply', ownership: { writes: true } },
      notices: [],
    });
  });

  it.each(PLANNING)('is plan on %s, and where that is not expected it is reported', (event) => {
    const found = ask({ event });
    expect(found).toMatchObject({ settings: { mode: 'plan', ownership: { writes: false } }, faults: [] });
    expect(found.notices).toHaveLength(event === 'pull_request' ? 0 : 1);
    for (const notice of found.notices) expect(notice).toContain(event);
  });
});

describe('a mode of the configuration file', () => {
  it.each(PLANNING)('that writes is a plan on %s, with a warning that names the place', (event) => {
    for (const mode of ['apply', 'destroy']) {
      const found = ask({ event, config: `# ours\nmode: ${mode}`, inputs: { confirm: '/papyrus/prd' } });
      expect(found).toMatchObject({ settings: { mode: 'plan', ownership: { writes: false } }, faults: [] });
      expect(found.notes.warnings).toMatchObject([
        { file: '.github/aws-bootstrap.yml', line: 2, key: 'mode' },
      ]);
    }
  });

  it.each(PLANNING)('that reads is followed on %s', (event) => {
    expect(ask({ event, config: 'mode: drift' })).toMatchObject({
      settings: { mode: 'drift' },
      warnings: [],
    });
  });

  it.each(APPLYING)('is followed on %j, which runs files that were pushed', (event) => {
    const found = ask({ event, config: 'mode: destroy', inputs: { confirm: '/papyrus/prd' } });
    expect(found).toMatchObject({ settings: { mode: 'destroy', ownership: { writes: true } }, warnings: [] });
  });

  it('gives way to an input that chooses to write', () => {
    const found = ask({ event: 'pull_request', config: 'mode: drift', inputs: { mode: 'apply' } });
    expect(found).toMatchObject({ settings: { mode: 'apply', ownership: { writes: true } }, warnings: [] });
  });

  it('is no plan by the word of the file where the input says auto', () => {
    const found = ask({ event: 'pull_request', config: 'mode: apply', inputs: { mode: 'auto' } });
    expect(found.settings.mode).toBe('plan');
  });
});

describe('what the file loosens in a run that the input lets write', () => {
  const config = [
    'prune: delete',
    'environments:',
    '  prd: { allow: [change-type, loosen], auth0-urls: exact }',
    'bundles:',
    '  db: { mode: exact }',
  ].join('\n');

  it('is reported in one warning', () => {
    const { notes } = ask({ event: 'pull_request', config, inputs: { mode: 'apply' } });
    expect(notes.warnings).toHaveLength(1);
    expect(notes.warnings[0]).toMatchObject({ file: '.github/aws-bootstrap.yml' });
    for (const word of ['allow', 'prune: delete', 'auth0-urls: exact', 'bundles'])
      expect(notes.warnings[0]?.text).toContain(word);
  });

  it.each([
    ['a run that writes nothing', 'pull_request', 'plan', config],
    ['a push', 'push', 'apply', config],
    ['a file that loosens nothing', 'pull_request', 'apply', 'prune: report\nallow: []\nauth0-urls: ensure'],
  ])('and is no matter in %s', (_what, event, mode, text) => {
    expect(ask({ event, config: text, inputs: { mode } }).warnings).toEqual([]);
  });

  it('and is no matter where the inputs say the same', () => {
    const inputs = { mode: 'apply', prune: 'delete', allow: 'loosen', 'auth0-urls': 'remove' };
    const file = 'prune: delete\nallow: loosen\nauth0-urls: remove';
    expect(ask({ event: 'issue_comment', config: file, inputs }).warnings).toEqual([]);
  });
});
