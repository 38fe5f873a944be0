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
