import type { AwsServer } from '../servers/aws.ts';

/** The next of a row of numbers between 0 and 1 that a seed decides. */
export function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Holds each call before it is applied and after, and lets one go at a time, in a random order. */
export function shuffle(aws: AwsServer, random: () => number): () => void {
  const held: Array<() => void> = [];
  const stop = aws.onCall(() => new Promise<void>((resolve) => void held.push(resolve)));
  const pump = setInterval(() => held.splice(Math.floor(random() * held.length), 1)[0]?.(), 1);
  return () => {
    stop();
    clearInterval(pump);
    for (const release of held) release();
  };
}
