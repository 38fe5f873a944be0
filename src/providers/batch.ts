/**
 * Gathers items that are given at the same time, and hands them on in groups: a plan deletes one resource at a time,
 * and AWS ten by one call.
 * @param carry ends when the whole group is done; items that failed are in its answer with their error
 */
export function batched<T>(
  size: number,
  carry: (group: readonly T[]) => Promise<ReadonlyMap<T, unknown>>,
): (item: T) => Promise<void> {
  interface Waiting {
    readonly item: T;
    readonly done: () => void;
    readonly failed: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];

  async function flush(): Promise<void> {
    const group = waiting;
    waiting = [];
    try {
      const failures = await carry(group.map(({ item }) => item));
      for (const { item, done, failed } of group)
        if (failures.has(item)) failed(failures.get(item));
        else done();
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  }

  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      if (waiting.length >= size) void flush();
      // What becomes ready in the same turn belongs together.
      else if (waiting.length === 1) setImmediate(() => void (waiting.length > 0 && flush()));
    });
}
