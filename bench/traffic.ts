import type { AwsServer } from '../__tests__/servers/aws.ts';

/** What a run said to AWS. */
export interface Traffic {
  readonly calls: number;
  readonly writes: number;
  /** Calls that share Parameter Store's quota of reads. */
  readonly parameterReads: number;
  readonly parameterWrites: number;
  /** The longest chain of calls of which each began after the one before was answered. */
  readonly rounds: number;
}

interface Span {
  readonly begin: number;
  end: number;
}

/** Listens to a server until it is asked what it heard. */
export function listen(aws: Pick<AwsServer, 'calls' | 'onCall'>): () => Traffic {
  const spans = new Map<unknown, Span>();
  const before = aws.calls.length;
  const stop = aws.onCall((call, moment) => {
    const span = spans.get(call);
    if (moment === 'before') spans.set(call, { begin: call.at, end: Number.POSITIVE_INFINITY });
    else if (span !== undefined) span.end = performance.now();
  });
  return () => {
    stop();
    const heard = aws.calls.slice(before);
    return {
      calls: heard.length,
      writes: heard.filter(({ write }) => write).length,
      parameterReads: heard.filter(({ service, write }) => service === 'ssm' && !write).length,
      parameterWrites: heard.filter(({ service, write }) => service === 'ssm' && write).length,
      rounds: countRounds([...spans.values()]),
    };
  };
}

/** @returns the length of the longest chain of calls that do not overlap */
export function countRounds(spans: readonly Span[]): number {
  const inOrder = [...spans].sort((a, b) => a.begin - b.begin);
  const depths: Array<{ end: number; depth: number }> = [];
  for (const { begin, end } of inOrder) {
    const above = depths.filter((other) => other.end <= begin).map(({ depth }) => depth);
    depths.push({ end, depth: 1 + Math.max(0, ...above) });
  }
  return Math.max(0, ...depths.map(({ depth }) => depth));
}
