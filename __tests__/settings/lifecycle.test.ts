import { describe, expect, it } from 'vitest';
import { readLifecycle } from '../../src/settings/lifecycle.ts';
import { ParseError } from '../../src/settings/parse.ts';

const nothing = () => {
  throw new Error('no file is read');
};
const policy = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
  ],
};

describe('keep-last:N', () => {
  it('is a policy that counts every image', () => {
    const text = readLifecycle('keep-last:10', nothing);
    expect(JSON.parse(text)).toEqual({
      rules: [
        {
          rulePriority: 1,
          description: 'Keep the last 10 images',
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
          action: { type: 'expire' },
        },
      ],
    });
  });

  it.each(['keep-last:1', 'keep-last: 7'])('%s has the length that ECR asks for', (setting) => {
    expect(readLifecycle(setting, nothing).length).toBeGreaterThanOrEqual(100);
  });

  it.each(['keep-last', 'keep-last:', 'keep-last:-1', 'keep-last:ten', 'keep-last:1.5'])(
    'not %s',
    (setting) => {
      expect(() => readLifecycle(setting, nothing)).toThrow('keep-last:N');
    },
  );
});

describe('a file', () => {
  it('gives the same text for two spellings of one policy', () => {
    const turned = {
      rules: policy.rules.map(({ rulePriority, selection, action }) => ({ action, selection, rulePriority })),
    };
    const a = readLifecycle('a.json', () => JSON.stringify(policy));
    const b = readLifecycle('b.json', () => JSON.stringify(turned, null, 4));
    expect(a).toBe(b);
    expect(JSON.parse(a)).toEqual(policy);
  });

  it('is the one that was named', () => {
    const asked: string[] = [];
    readLifecycle('deploy/policy.json', (path) => {
      asked.push(path);
      return JSON.stringify(policy);
    });
    expect(asked).toEqual(['deploy/policy.json']);
  });

  const long = { rules: [{ ...policy.rules[0], description: 'x'.repeat(31_000) }] };
  it.each([
    ['no JSON', '{', /not JSON/],
    ['empty', '', /not JSON/],
    ['null', 'null', /list of "rules"/],
    ['with rules that are none', '{"rules":{}}', /list of "rules"/],
    ['with no rule', '{"rules":[]}', /list of "rules"/],
    ['too short', '{"rules":[{}]}', /from 100 characters on.* 14/],
    ['too long', JSON.stringify(long), /at most 30,720/],
  ])('not one that is %s', (_what, text, why) => {
    expect(() => readLifecycle('a.json', () => text)).toThrow(ParseError);
    expect(() => readLifecycle('a.json', () => text)).toThrow(why);
  });

  it('is measured without the white space that is never sent', () => {
    const text = JSON.stringify(policy, null, 400);
    expect(text.length).toBeLessThan(30_720);
    expect(readLifecycle('a.json', () => `${text}${' '.repeat(31_000)}`)).not.toContain(' ');
  });

  it('never has its text repeated', () => {
    expect.assertions(1);
    try {
      readLifecycle('a.json', () => '{"rules": canary');
    } catch (error) {
      expect(String(error)).not.toContain('canary');
    }
  });

  it('that cannot be read keeps its error', () => {
    expect(() =>
      readLifecycle('a.json', () => {
        throw new ParseError('ours');
      }),
    ).toThrow(new ParseError('ours'));
  });
});
