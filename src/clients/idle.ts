/**
 * A promise that nothing settles any more keeps no process alive: Node would end it with success, as if all were done.
 * @param tell says that the work did not come to its end
 * @returns what is called once it did
 */
export function failOnIdle(tell: () => void): () => void {
  const fail = () => {
    process.exitCode = 1;
    tell();
  };
  process.once('beforeExit', fail);
  return () => process.off('beforeExit', fail);
}

/** Time between two looks at the output, in milliseconds. */
const LOOK_MS = 100;

/**
 * Ends the process after all is reported: neither a hanging disk nor an open connection keeps it, but a slow reader of its
 * output does. To end at once also spares the time in which Node.js closes all by itself.
 */
export async function leave(): Promise<void> {
  // The last lines are counted as written from the next turn of the event loop on.
  await new Promise(setImmediate);
  const { destroyed, writableLength } = process.stdout;
  if (destroyed || writableLength === 0) process.exit();
  setTimeout(() => void leave(), LOOK_MS);
}
