/**
 * Loads modules one after another, each after a turn of the event loop: earlier requests to AWS are sent by then, and
 * their responses arrive while the next module loads.
 */
export class Loading {
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param load loads a part
   * @returns the part, after the earlier ones
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
   * Readers treat an error as a response of AWS and go on; a module that fails to load is no such response.
   * @throws the first failure to load a part so far
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
