import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clients/clock.ts';
import { backoff, rateLimitReset, retry, retryAfter } from '../../src/clients/retry.ts';
import { StillClock } from './clock.ts';

/** Fails as often as there are errors, then answers. */
function failing(...errors: Error[]) {
  const call = async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return 'answer';
  };
  return call;
}

const first = new Error('first');
const second = new Error('second');

describe('a call', () => {
  it('is retried after the delays of its policy, and reports each delay', async () => {
    const clock = new StillClock();
    let retries = 0;
    const options = {
      clock,
      delayAfter: (_: unknown, attempt: number) => 10 * attempt,
      onRetry: () => retries++,
    };
    expect(await retry(failing(first, second), options)).toBe('answer');
    expect(clock.slept).toEqual([10, 20]);
    expect(retries).toBe(2);
  });

  it('ends with an error that its policy does not retry', async () => {
    const clock = new StillClock();
    const delayAfter = async (error: unknown) => (error === first ? 5 : undefined);
    await expect(retry(failing(first, second), { clock, delayAfter })).rejects.toBe(second);
    expect(clock.slept).toEqual([5]);
  });

  it('is not retried after the end of the run, and throws its own error', async () => {
    const delayAfter = () => 60_000;
    const ended = { clock: systemClock, delayAfter, end: AbortSignal.abort() };
    await expect(retry(failing(first), ended)).rejects.toBe(first);
    const ending = { clock: systemClock, delayAfter, end: AbortSignal.timeout(20) };
    await expect(retry(failing(first), ending)).rejects.toBe(first);
  });

  it('ends with the reason of the signal that aborts its wait', async () => {
    const abort = new AbortController();
    const waiting = retry(failing(first), {
      clock: systemClock,
      delayAfter: () => 60_000,
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(second), 10);
    await expect(waiting).rejects.toBe(second);
  });
});

it('a backoff grows up to its limit', () => {
  expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 100, 500))).toEqual([100, 200, 400, 500]);
  expect(backoff(3, 1000, 20_000, 3)).toBe(9000);
});

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

describe('the delay that a server requests', () => {
  it.each([
    ['nothing', undefined, undefined],
    ['seconds', '2', 2000],
    ['a part of a second', '0.5', 500],
    ['at once', '0', 0],
    ['a date', new Date(NOW + 3000).toUTCString(), 3000],
    ['a date that is past', new Date(NOW - 3000).toUTCString(), undefined],
    ['words', 'soon', undefined],
    ['less than nothing', '-1', undefined],
    ['an empty text', '', undefined],
  ])('by Retry-After: %s', (_what, value, expected) => {
    expect(retryAfter({ 'retry-after': value }, NOW)).toBe(expected);
  });

  it.each([
    ['nothing', undefined, undefined],
    ['a time to come', NOW / 1000 + 4, 4000],
    ['a time that is past', String(NOW / 1000 - 4), -4000],
    ['words', 'soon', undefined],
  ])('by x-ratelimit-reset: %s', (_what, value, expected) => {
    expect(rateLimitReset({ 'x-ratelimit-reset': value }, NOW)).toBe(expected);
  });
});
