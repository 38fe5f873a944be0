import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formsOf, MaskForms } from '../../src/settings/mask-forms.ts';
import { Masker } from '../action/masker.ts';
import { runs } from '../sample.ts';

const hidden = (...texts: string[]): MaskForms => {
  const forms = new MaskForms();
  for (const text of texts) forms.add(text, 'PW');
  return forms;
};

describe('every form that the runner hides is hidden', () => {
  const TEXT = `p@ss"w'o<r>d & co\\x/#1!`;

  it.each<[form: string, text: string]>([
    ['raw', TEXT],
    ['JSON', JSON.stringify(TEXT)],
    [
      'JSON of Go',
      JSON.stringify(TEXT).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
    ],
    ['a part of a URL', `https://h/${encodeURIComponent(TEXT)}`],
    ['a part of a form', new URLSearchParams({ v: TEXT }).toString()],
    ['XML', `<v>p@ss&quot;w&apos;o&lt;r&gt;d &amp; co\\x/#1!</v>`],
    ['HTML', `<v>p@ss&quot;w&#39;o&lt;r&gt;d &amp; co\\x/#1!</v>`],
    ['an expression of a workflow', TEXT.replaceAll("'", "''")],
    ['quotes of bash', `'${TEXT.replaceAll("'", "'\\''")}'`],
    ['double quotes of bash', TEXT.replace(/[\\$`"]/g, '\\$&')],
    ['double quotes of PowerShell', TEXT.replaceAll('"', '`"')],
    ['base64', Buffer.from(TEXT).toString('base64')],
    ['base64 behind one byte', Buffer.from(`:${TEXT}`).toString('base64')],
    ['base64 behind two bytes', Buffer.from(`u:${TEXT}`).toString('base64')],
    ['base64 between others', Buffer.from(`user:${TEXT}\n`).toString('base64')],
    ['base64 of URLs', Buffer.from(`user:${TEXT}\n`).toString('base64url')],
  ])('%s', (_form, text) => {
    const scrubbed = hidden(TEXT).scrub(text);
    expect(scrubbed).toContain('***');
    for (const piece of ['p@ss', 'p%40ss', 'co\\x', Buffer.from(TEXT).toString('base64').slice(4, 12)])
      expect(scrubbed).not.toContain(piece);
    expect(hidden(TEXT).heldBy(text)).toBe('PW');
  });

  it('whatever the text is, at least what the port of its masker hides', () => {
    const texts = fc.string({ unit: 'binary', minLength: 4, maxLength: 30 }).filter(
      // The masks are lines, without the space around them.
      (text) => !/[\r\n]/.test(text) && text.trim() === text && !/\p{Cs}/u.test(text),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const pattern of new Masker([text]).patterns)
          if (pattern.length >= 4)
            expect(hidden(text).scrub(pattern).replaceAll('***', '').length).toBeLessThan(4);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('the scrub', () => {
  it('leaves a text without a hidden one as it is', () => {
    expect(hidden('hunter2!').scrub('hunter3! and more')).toBe('hunter3! and more');
    expect(new MaskForms().scrub('anything')).toBe('anything');
  });

  it('takes the longest, and makes one of what overlaps or touches', () => {
    expect(hidden('abcd', 'abcdefgh', 'fghijk').scrub('x abcdefghijk y abcdabcd z')).toBe('x *** y *** z');
  });

  it('knows what was hidden after the first', () => {
    const forms = hidden('first-one');
    expect(forms.scrub('first-one second-one')).toBe('*** second-one');
    forms.add('second-one', 'B');
    expect(forms.scrub('first-one second-one')).toBe('*** ***');
    expect(forms.heldBy('second-one')).toBe('B');
  });

  it('finds a text as an escape writes it', () => {
    const inNumbers = (text: string) => text.replaceAll('*', '&#42;');
    expect(hidden('pa*ss*wd').scrub('is pa&#42;ss&#42;wd')).toBe('is pa&#42;ss&#42;wd');
    expect(hidden('pa*ss*wd').scrub('is pa&#42;ss&#42;wd', [inNumbers])).toBe('is ***');
  });

  it('has no form that is shorter than four characters', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 8 }), (text) => {
        for (const form of formsOf(text)) expect(form.length).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  it('walks over 60 KB once, however much is hidden', () => {
    const forms = new MaskForms();
    for (let index = 0; index < 1000; index++) forms.add(`sec&ret"${index}-${index * 7919}`, `V${index}`);
    const text = 'some words of a report, '.repeat(2600);
    forms.scrub(text);
    const begin = performance.now();
    expect(forms.scrub(text)).toBe(text);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });
});
