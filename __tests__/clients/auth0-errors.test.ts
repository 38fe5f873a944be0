import { expect, it } from 'vitest';
import { ownDelay, requestedDelay } from '../../src/clients/auth0-errors.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);
const inSeconds = (seconds: number) => String(NOW / 1000 + seconds);

it.each([
  ['nothing', {}, undefined],
  ['seconds', { 'retry-after': '2' }, 2000],
  ['a part of a second', { 'retry-after': '0.5' }, 500],
  ['at once', { 'retry-after': '0' }, 0],
  ['a date', { 'retry-after': new Date(NOW + 3000).toUTCString() }, 3000],
  ['a date that is over', { 'retry-after': new Date(NOW - 3000).toUTCString() }, undefined],
  ['two hours', { 'retry-after': '7200' }, 60_000],
  ['words', { 'retry-after': 'soon' }, undefined],
  ['less than nothing', { 'retry-after': '-5' }, undefined],
  ['the reset', { 'x-ratelimit-reset': inSeconds(4) }, 4000],
  ['a reset that is over', { 'x-ratelimit-reset': inSeconds(-4) }, undefined],
  ['a reset of another clock', { 'x-ratelimit-reset': inSeconds(86_400) }, 60_000],
  ['an invalid reset', { 'x-ratelimit-reset': 'soon' }, undefined],
  ['both', { 'retry-after': '1', 'x-ratelimit-reset': inSeconds(9) }, 1000],
  ['an invalid delay and a reset', { 'retry-after': 'soon', 'x-ratelimit-reset': inSeconds(9) }, 9000],
])('waits as requested: %s', (_, headers, expected) => {
  expect(requestedDelay(headers, NOW)).toBe(expected);
});

it('waits 1, 2, 4 and 8 seconds by default', () => {
  expect([1, 2, 3, 4].map(ownDelay)).toEqual([1000, 2000, 4000, 8000]);
});
