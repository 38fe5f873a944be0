import { describe, expect, it } from 'vitest';
import {
  breakable,
  breakableText,
  link,
  prose,
  richHtml,
  troubleshootingLink,
} from '../../src/report/markdown.ts';

describe('a link or a mention in prose', () => {
  it.each([
    ['https://x.example.', '`https://x.example`.'],
    ['https://x.example:', '`https://x.example`:'],
    ['https://x.example!', '`https://x.example`\\!'],
    ['https://x.example?', '`https://x.example`?'],
    ['{https://x.example}', '`{https://x.example`}'],
    ['[https://x.example]', '`[https://x.example`\\]'],
    ['@user?!... and @org', '`@user`?\\!... and `@org`'],
    ['www.', '`www`.'],
    ['https://', '`https://`'],
  ])('is copied without the punctuation behind it: %j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

describe('a name in a table', () => {
  it.each([
    ['stays whole up to twelve characters', 'AUTH0_DOMAIN', '`AUTH0_DOMAIN`'],
    ['breaks from the thirteenth on', 'AUTH0_DOMAINS', '<code>AUTH0&#95;<wbr>DOMAINS</code>'],
    ['stays whole without a sign to break at', 'papyrusparameters', '`papyrusparameters`'],
    ['breaks at a slash', '/papyrus/production', '<code>&#47;<wbr>papyrus&#47;<wbr>production</code>'],
  ])('%s: %j', (_what, text, expected) => {
    expect(breakable(text)).toBe(expected);
  });

  it.each([
    ['around what GitHub would link', 'me@x.example', 'me<wbr>&#64;<wbr>x<wbr>&#46;<wbr>example'],
    ['around a colon', 'arn:aws', 'arn<wbr>&#58;<wbr>aws'],
    [
      'behind other signs of names and URLs',
      '/_-,=?+',
      [47, 95, 45, 44, 61, 63, 43].map((sign) => `&#${sign};<wbr>`).join(''),
    ],
    ['at no other sign', '<a|b>', '&#60;a&#124;b&#62;'],
    ['at no blank', 'a b', 'a b'],
    ['within no word of any script', 'žluť日本٣½', 'žluť日本٣½'],
    ['at no sign of any script', 'a…😀', 'a&#8230;&#128512;'],
  ])('may break %s: %j', (_where, text, expected) => {
    expect(breakableText(text)).toBe(expected);
  });
});

it('the text of a link is cut when it is long, a backtick in it or not', () => {
  expect(link(`\`${'a'.repeat(400)}`, 'https://x.example')).toBe(
    `[<code>&#96;${'a'.repeat(299)}&#8230; &#40;401 characters&#41;</code>](https://x.example)`,
  );
});

describe('a text of this action as HTML', () => {
  it.each([
    [
      'Add `allow: loosen`, then `mode: apply`',
      'Add <code>allow: loosen</code>, then <code>mode: apply</code>',
    ],
    ['a < b && b > c', 'a &lt; b &amp;&amp; b &gt; c'],
    ['`<key>`', '<code>&lt;key&gt;</code>'],
    ['a lone ` backtick', 'a lone ` backtick'],
  ])('%j', (text, expected) => {
    expect(richHtml(text)).toBe(expected);
  });
});

it('a reason links its own section of the documentation', () => {
  expect(troubleshootingLink('access-denied')).toBe(
    '[Troubleshooting: access-denied](https://github.com/papyrus/aws-bootstrap/blob/v1/docs/troubleshooting.md#access-denied)',
  );
});
