/** Reports as GitHub shows them, in Chromium: one screen high, and nothing that matters cut off on a phone. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, type Measured, measure } from './page.ts';
import { STATES } from './states.ts';

const reports = new Map(Object.entries(STATES).map(([name, { markdown }]) => [name, markdown()]));
const limited = Object.entries(STATES).flatMap(([name, { most }]) =>
  most === undefined ? [] : [[name, most] as const],
);

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  let wide: ReadonlyMap<string, Measured>;
  let narrow: ReadonlyMap<string, Measured>;
  beforeAll(() => {
    wide = measure(reports, 1000);
    narrow = measure(reports, 390);
  });

  it.each(limited)('%s is at most %i px high', (name, most) => {
    const { height = Number.NaN } = wide.get(name) ?? {};
    expect(height).toBeGreaterThan(100);
    expect(height).toBeLessThanOrEqual(most);
  });

  it.each([...reports.keys()])('%s shows every column on a phone', (name) => {
    expect(narrow.get(name)?.cut).toEqual([]);
  });

  it('a column that is cut off is found here', () => {
    const table = `| a | b |\n| --- | --- |\n| ${'x'.repeat(60)} | y |\n`;
    expect(measure(new Map([['long', table]]), 390).get('long')?.cut).toContain('y');
  });
});

describe('every state', () => {
  it.each([...reports])(
    '%s: tables have headers, symbols are beside words, links say where they go',
    (_name, text) => {
      const headers = text.split('\n').filter((_, index, lines) => /^\| --- /.test(lines[index + 1] ?? ''));
      for (const header of headers) expect(header).not.toMatch(/\|\s+\|/);
      expect(text).not.toMatch(/\|\s*\p{Extended_Pictographic}\uFE0F?\s*\|/u);
      for (const [, words = ''] of text.matchAll(/\[([^\]]*)\]\(http/g))
        expect(words).not.toMatch(/^(?:here|link|this)?$/i);
      expect(text).not.toContain('\u2060');
    },
  );
});
