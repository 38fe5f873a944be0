/** An output that a later job would not get, and why. */
export interface Withheld {
  readonly output: string;
  /** What the hidden text in it is a value of; a name, never the value. */
  readonly holds: string;
}

/**
 * The runner drops a whole job output when masking would change it ("Skip output … since it may contain secret").
 * @param hidden hidden text → what it is a value of
 * @see https://github.com/actions/runner/issues/1498
 */
export function withheld(
  outputs: ReadonlyMap<string, string>,
  hidden: ReadonlyMap<string, string>,
): Withheld[] {
  const found: Withheld[] = [];
  const forms = [...hidden].flatMap(([text, of]) => formsOf(text).map((form) => [form, of] as const));
  for (const [output, value] of outputs) {
    const [, holds] = forms.find(([form]) => value.includes(form)) ?? [];
    if (holds !== undefined) found.push({ output, holds });
  }
  return found;
}

/** The runner hides a text also as JSON and as a part of a URL write it. */
function formsOf(text: string): string[] {
  return [
    ...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(Buffer.from(text).toString())]),
  ];
}
