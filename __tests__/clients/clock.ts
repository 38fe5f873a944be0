import type { Clock } from '../../src/clients/clock.ts';

/** Time that passes only in `sleep`, which records how long. */
export class StillClock implements Clock {
  readonly slept: number[] = [];
  #now = 0;
  #random: number;

  /** @param random what chance says, always */
  constructor(random = 0) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.slept.push(Math.round(milliseconds));
    this.#now += milliseconds;
  }

  random(): number {
    return this.#random;
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** An error as the SDK throws it. */
export function sdkError(
  name: string,
  status?: number,
  more: { message?: string; headers?: Record<string, string>; code?: string } = {},
): Error {
  const { message = `${name} happened`, headers, code } = more;
  return Object.assign(new Error(message), {
    name,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
    ...(headers === undefined ? {} : { $response: { headers } }),
  });
}
