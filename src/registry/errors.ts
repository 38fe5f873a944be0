/** Kinds of image errors, for code; people read the message. */
export type ImageFault =
  | 'REFERENCE'
  | 'ENGINE'
  | 'NO_SUCH_IMAGE'
  | 'LAYOUT'
  | 'UNSAFE_PATH'
  | 'COMPRESSED_ARCHIVE'
  | 'MISSING_BLOB'
  | 'EMPTY'
  | 'WRONG_DIGEST'
  | 'FOREIGN_LAYER'
  | 'PLATFORM'
  | 'TOO_LARGE'
  | 'NO_REPOSITORY'
  | 'DENIED'
  | 'IMMUTABLE_TAG'
  | 'ADDRESS'
  | 'REGISTRY'
  | 'UNVERIFIED';

/** A fault of the image, of its source or of its push, with the remedy in its message. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  /**
   * @param fault what kind of fault it is
   * @param message what failed, which one, and what to do
   */
  constructor(
    readonly fault: ImageFault,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * Makes foreign text (an answer's body, a tar's path) fit for a message: one line, no control characters, short.
 * @param limit characters that are kept
 */
export function quote(text: string, limit = 300): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

/**
 * A secret may have been pasted into the wrong input: a text is repeated only where it looks like a name, and not where
 * it mixes many digits into its letters, as keys and tokens do.
 */
export function quoteInput(text: string): string {
  const isWord = /^[\w./:@-]{1,100}$/.test(text) && text.replace(/\D/g, '').length <= 3;
  return isWord ? `"${text}"` : 'this value';
}
