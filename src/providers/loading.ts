/**
 * Loads parts of the program one after another, each after a turn of the event loop: what was asked of AWS before has left
 * by then, and its answer comes while the next part is read.
 */
export class Loading {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param load loads a part
   * @returns the part, after those that were asked for before
   */
  next<T>(load: () => Promise<T>): Promise<T> {
    const part = this.#last.then(turn).then(load);
    // A part that cannot be loaded is a failure of who needs it alone.
    this.#last = part.catch(() => undefined);
    return part;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
