/** Facts about a failed call that its error does not hold. */
export interface CallFacts {
  readonly region: string;
  /** The input of the SDK's command. */
  readonly input: unknown;
}

const FACTS = new WeakMap<object, CallFacts>();

export function rememberCall(error: unknown, facts: CallFacts): void {
  if (typeof error === 'object' && error !== null) FACTS.set(error, facts);
}

export function callFactsOf(error: unknown): CallFacts | undefined {
  return typeof error === 'object' && error !== null ? FACTS.get(error) : undefined;
}

/** Fields of inputs that hold values; all other fields are names and settings, which reports print too. */
const VALUE_FIELDS = ['Value', 'SecretString'];

/** So many characters in a row that message and value share are taken for a part of the value: AWS cuts what it repeats. */
const SHARED = 6;

/**
 * @returns whether the message holds nothing of the values that were sent, so that it may be shown; false where the call
 * sent none, since the value may then be in the response
 */
export function isWithoutValues(message: string, { input }: CallFacts): boolean {
  const fields = (input ?? {}) as Readonly<Record<string, unknown>>;
  const sent = VALUE_FIELDS.flatMap((field) => (typeof fields[field] === 'string' ? [fields[field]] : []));
  if (sent.length === 0) return false;
  const names = [fields['Name'], fields['SecretId']].filter(
    (name): name is string => typeof name === 'string' && name.length >= SHARED,
  );
  const rest = names.reduce((text, name) => text.replaceAll(name, '\0'), message);
  return !sent.flatMap(valuesIn).some((value) => holdsPartOf(rest, value));
}

/** The values within a JSON object, whose keys are names; else the text itself. */
function valuesIn(text: string): string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? leaves(parsed) : [text];
  } catch {
    return [text];
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return [String(value)];
}

function holdsPartOf(message: string, value: string): boolean {
  if (value.length <= SHARED) return value !== '' && message.includes(value);
  for (let start = 0; start + SHARED <= message.length; start += 1)
    if (value.includes(message.slice(start, start + SHARED))) return true;
  return false;
}
