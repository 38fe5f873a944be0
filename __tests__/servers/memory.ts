import type { Reply, Service } from './protocol.ts';

/** Answers to reads, each kept until something is written to its service. */
export class Memory {
  readonly #kept = new Map<Service, Map<string, Reply>>();

  /** @param question what is read, with everything that the answer depends on; `false` for a write */
  async recall(service: Service, question: string | false, ask: () => Promise<Reply>): Promise<Reply> {
    if (question === false) {
      this.#kept.delete(service);
      return ask();
    }
    const kept = this.#kept.get(service) ?? new Map<string, Reply>();
    this.#kept.set(service, kept);
    const known = kept.get(question);
    if (known !== undefined) return known;
    const answer = await ask();
    // A write may have come in between, and then this map is no longer the one that is asked.
    if (answer.status === 200) kept.set(question, answer);
    return answer;
  }
}
