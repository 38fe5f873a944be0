/** What the benchmarks found, as docs/benchmarks/results.json keeps it. */
export interface Results extends Found {
  /** Where each part was measured, since they need not be measured together. */
  readonly machines: { readonly [P in keyof Found]?: Machine };
}

export interface Found {
  readonly startup?: readonly StartupRow[];
  readonly seed?: { readonly rows: readonly SeedRow[]; readonly missing: readonly string[] };
  readonly scale?: readonly ScaleRow[];
  readonly push?: readonly PushRow[];
}

export interface Machine {
  readonly day: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

export interface StartupRow {
  readonly node: string;
  readonly variant: string;
  readonly seconds: number;
  /** To `node -e 0` of the same Node. */
  readonly ratio: number;
  readonly peakMiB: number | undefined;
}

export interface SeedRow {
  readonly tool: string;
  readonly version: string;
  readonly latencyMs: number;
  readonly kind: 'first' | 'again';
  readonly seconds: number;
  readonly peakMiB: number | undefined;
  readonly calls: number;
  readonly writes: number;
  readonly rounds: number;
}

export interface ScaleRow {
  readonly variables: number;
  readonly secrets: number;
  readonly kind: 'plan' | 'first apply' | 'silent apply' | 'one change';
  readonly seconds: number;
  /** The least that Parameter Store's quotas allow for its reads and its writes. */
  readonly quotaSeconds: number;
  readonly peakMiB: number | undefined;
  readonly calls: number;
  readonly writes: number;
  readonly rounds: number;
}

export interface PushRow {
  /** What was pushed, and onto what. */
  readonly scene: string;
  readonly name: string;
  readonly seconds: number;
  /** What the registry's storage grew by. */
  readonly bytes: number;
  readonly peakMiB: number | undefined;
}
