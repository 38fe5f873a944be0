/**
 * Loads parts of the program one after another, each after a turn of the event loop: what was asked of AWS before has left
 * by then, and its answer comes while the next part is read.
 */
export class Loading {
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param load loads a part
   * @returns the part, after those that were asked for before
   */
  next<T>(load: () => Promise<T>): Promise<T> {
    const part = this.#last.then(turn).then(load);
    // The parts after it are still loaded; check() reports the failure.
    this.#last = part.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return part;
  }

  /**
   * What reads AWS takes a failed read as AWS's answer and goes on without it; code that is not there is no answer.
   * @throws the first failure to load a part so far
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
