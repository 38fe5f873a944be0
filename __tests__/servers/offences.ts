/**
 * Requests of this process that AWS's own models refuse, whatever server they reached. A test that leaves any has failed
 * (`offences.setup.ts`), so the models check every request of every test.
 */
const offences: string[] = [];

export const addOffences = (found: readonly string[]): void => void offences.push(...found);

/** Those since the last time; afterwards there are none. */
export const takeOffences = (): string[] => offences.splice(0);
