import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuotaBucket } from '../../src/clients/aws-calls.ts';
import { StillClock } from './clock.ts';

const QUOTA = { perSecond: 2, burst: 3, concurrency: 2 };

async function turns(bucket: QuotaBucket, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await bucket.turn();
}

describe('a quota', () => {
  it('lets a burst through at once, then one after the other', async () => {
    const clock = new StillClock();
    await turns(new QuotaBucket(QUOTA, clock), 6);
    expect(clock.slept).toEqual([500, 500, 500]);
  });

  it('refills up to the burst', async () => {
    const clock = new StillClock();
    const bucket = new QuotaBucket(QUOTA, clock);
    await turns(bucket, 3);
    clock.pass(1_000_000);
    await turns(bucket, 4);
    expect(clock.slept).toEqual([500]);
  });

  it('queues calls', async () => {
    const clock = new StillClock();
    // All of them ask at one moment.
    clock.now = () => 0;
    const bucket = new QuotaBucket(QUOTA, clock);
    await Promise.all(Array.from({ length: 6 }, () => bucket.turn()));
    expect(clock.slept).toEqual([500, 1000, 1500]);
  });

  it('is never exceeded, for any sequence of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 }), async (pauses) => {
        const clock = new StillClock();
        const bucket = new QuotaBucket(QUOTA, clock);
        const times: number[] = [];
        for (const pause of pauses) {
          clock.pass(pause);
          await bucket.turn();
          times.push(clock.now());
        }
        // In any window no more than the burst and what the window fills up.
        for (const [index, start] of times.entries())
          for (const [other, end] of times.entries())
            if (other > index)
              expect(other - index + 1).toBeLessThanOrEqual(
                QUOTA.burst + ((end - start) / 1000) * QUOTA.perSecond + 1e-6,
              );
      }),
      { numRuns: 50 },
    );
  });
});

describe('after throttling', () => {
  it('the rate decreases, and the burst is empty', async () => {
    const clock = new StillClock();
    const bucket = new QuotaBucket(QUOTA, clock);
    bucket.slower();
    await turns(bucket, 2);
    expect(clock.slept).toEqual([625, 625]);
  });

  it('the rate decreases to a quarter at the least', async () => {
    const clock = new StillClock();
    const bucket = new QuotaBucket(QUOTA, clock);
    for (let time = 0; time < 50; time++) bucket.slower();
    await turns(bucket, 1);
    expect(clock.slept).toEqual([2000]);
  });
});

describe('the estimated time', () => {
  it.each([
    [0, 0],
    [3, 0],
    [4, 0.5],
    [103, 50],
  ])('%i calls: %d seconds', (calls, seconds) => {
    expect(new QuotaBucket(QUOTA, new StillClock()).seconds(calls)).toBe(seconds);
  });

  it('is longer after throttling', () => {
    const bucket = new QuotaBucket(QUOTA, new StillClock());
    bucket.slower();
    expect(bucket.seconds(16)).toBeCloseTo(10);
  });

  it('agrees with the measured time', async () => {
    const clock = new StillClock();
    const bucket = new QuotaBucket({ perSecond: 2.8, burst: 18, concurrency: 3 }, clock);
    const expected = bucket.seconds(200);
    await turns(bucket, 200);
    expect(clock.now() / 1000).toBeCloseTo(expected, 5);
    expect(expected).toBeGreaterThan(60);
  });
});

describe('calls in flight', () => {
  it('stay below the limit, and results and errors are passed on', async () => {
    const bucket = new QuotaBucket(QUOTA, new StillClock());
    let flying = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 7 }, (_, index) =>
        bucket.run(async () => {
          flying += 1;
          most = Math.max(most, flying);
          await Promise.resolve();
          await Promise.resolve();
          flying -= 1;
          if (index === 3) throw new Error('three');
          return index;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
      0,
      1,
      2,
      'failed',
      4,
      5,
      6,
    ]);
  });
});
