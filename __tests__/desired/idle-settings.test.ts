import { describe, expect, it } from 'vitest';
import { ask } from '../asking.ts';

const notices = (config: string, inputs: Record<string, string>) =>
  ask({ config, inputs }).notices.filter((text) => /^(?:rules|bundles)\b/.test(text));

describe('rules that match no variable', () => {
  const config = `rules:
  - { match: RECOVRY_*, to: secret/app }
  - { match: [STRIPE_KEY, STRIPE_OTHER], to: secret/app }
  - { match: TOTALLY_OTHER, to: ignore }
  - { match: "A_*", to: ignore }`;

  it('are reported at once, each with the variable that it may mean', () => {
    const [one, ...more] = notices(config, { dotenv: 'RECOVERY_CODES=1\nSTRIPE_KEY=x1\nPORT=1' });
    expect(more).toEqual([]);
    expect(one).toMatch(/"RECOVRY_\*" \(.*\bRECOVERY_CODES\b/);
    expect(one).toContain('"TOTALLY_OTHER", "A_*"');
    expect(one).not.toContain('STRIPE');
  });

  it.each<[what: string, inputs: Record<string, string>]>([
    ['without variables', {}],
    ['where app-url gives the only one', { 'app-url': 'https://a.example' }],
  ])('are not reported %s', (_what, inputs) => {
    expect(notices(config, inputs)).toEqual([]);
  });

  it('a rule that takes a variable away matches it', () => {
    expect(notices('rules: [{ match: A, to: ignore }]', { dotenv: 'A=1' })).toEqual([]);
  });
});

describe('values that are empty', () => {
  it('are one notice, however many they are', () => {
    const dotenv = Array.from({ length: 40 }, (_, index) => `V_${index}=`).join('\n');
    const { notices } = ask({ inputs: { dotenv } });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('V_0, V_1');
    expect(notices[0]).toContain('V_39');
  });

  it('of secrets, for which another source stands in, are one warning', () => {
    const names = ['A_ONE', 'A_TWO', 'A_THREE'];
    const { warnings } = ask({
      inputs: {
        variables: names.map((name) => `${name}=1`).join('\n'),
        secrets: names.map((name) => `${name}=`).join('\n'),
      },
    });
    expect(warnings).toHaveLength(1);
    for (const name of names) expect(warnings[0]).toContain(name);
  });
});
