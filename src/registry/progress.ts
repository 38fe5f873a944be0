/** How far a push has come. */
export interface Progress {
  /** Layers and other blobs that are done, whether sent, reused or found. */
  readonly layers: number;
  readonly layersTotal: number | undefined;
  /** Bytes of the source that went by. */
  readonly bytes: number;
  readonly total: number | undefined;
  /** Bytes that went to the registry. */
  readonly sent: number;
  readonly seconds: number;
}

/** Milliseconds between two reports. */
const PACE = 3000;
const MB = 1_000_000;

/** Counts what a push does, and reports it every few seconds. */
export class Meter {
  layers = 0;
  bytes = 0;
  sent = 0;
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly layersTotal: number | undefined,
    readonly total: number | undefined,
    report: ((progress: Progress) => void) | undefined,
  ) {
    // It never keeps the process alive.
    if (report !== undefined) this.#timer = setInterval(() => report(this.read()), PACE).unref();
  }

  addSent(bytes: number): void {
    this.sent += bytes;
  }

  read(): Progress {
    const { layers, layersTotal, bytes, total, sent } = this;
    return { layers, layersTotal, bytes, total, sent, seconds: (performance.now() - this.#begun) / 1000 };
  }

  stop(): Progress {
    clearInterval(this.#timer);
    return this.read();
  }
}

/** @returns one line: `layers 3/8, 120 of 336 MB, 45.1 MB/s` */
export function formatProgress({ layers, layersTotal, bytes, total, seconds }: Progress): string {
  const mb = (count: number) => (count / MB).toFixed(0);
  const of = total === undefined ? '' : ` of ${mb(total)}`;
  const rate = seconds > 0 ? (bytes / MB / seconds).toFixed(1) : '0.0';
  return `layers ${layers}${layersTotal === undefined ? '' : `/${layersTotal}`}, ${mb(bytes)}${of} MB, ${rate} MB/s`;
}
