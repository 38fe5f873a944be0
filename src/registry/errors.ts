/** Kinds of image errors, for code; messages are for people. */
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

/** An error in the image, its source or its push. The message contains the remedy. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  /**
   * @param fault kind of the error
   * @param message what failed, on which resource, and what to do
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
 * Sanitizes foreign text (body of a response, path in a tar) for a message: one line, no control characters, short.
 * @param limit number of characters to keep
 */
export function quote(text: string, limit = 300): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are removed here
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

/**
 * A secret may have been pasted into the wrong input. So a message repeats a text only if it looks like a name and does
 * not mix letters with many digits, as keys and tokens do.
 */
export function quoteInput(text: string): string {
  const isWord = /^[\w./:@-]{1,100}$/.test(text) && text.replace(/\D/g, '').length <= 3;
  return isWord ? `"${text}"` : 'this value';
}
