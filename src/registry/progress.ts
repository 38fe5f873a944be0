/** Progress of a push. */
export interface Progress {
  /** Finished layers and other blobs: sent, reused or existing. */
  readonly layers: number;
  readonly layersTotal: number | undefined;
  /** Bytes read from the source. */
  readonly bytes: number;
  readonly total: number | undefined;
  /** Bytes sent to the registry. */
  readonly sent: number;
  readonly seconds: number;
}

/** Milliseconds between two reports. */
const REPORT_INTERVAL = 3000;
const MB = 1_000_000;

/** Counts layers and bytes of a push, and reports them every few seconds. */
export class Meter {
  layers = 0;
  bytes = 0;
  sent = 0;
  readonly #started = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly layersTotal: number | undefined,
    readonly total: number | undefined,
    report: ((progress: Progress) => void) | undefined,
  ) {
    // The timer does not keep the process alive.
    if (report !== undefined) this.#timer = setInterval(() => report(this.read()), REPORT_INTERVAL).unref();
  }

  addSent(bytes: number): void {
    this.sent += bytes;
  }

  read(): Progress {
    const { layers, layersTotal, bytes, total, sent } = this;
    return { layers, layersTotal, bytes, total, sent, seconds: (performance.now() - this.#started) / 1000 };
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
