/*
 * Parts of a JSON text as they are written: unchanged parts are never parsed and printed again, which would change numbers
 * (`1.0`, `1e5`, long ones) and white space. Each function takes a text that is known to parse.
 */

/** @returns the members of an object, in their order; a key that occurs twice is there twice */
export function membersOf(object: string): ReadonlyArray<readonly [key: string, source: string]> {
  return partsOf(object).map((part) => {
    const [, key = '""', source = ''] = /^("(?:[^"\\]|\\.)*")\s*:\s*(.*)$/s.exec(part) ?? [];
    return [String(JSON.parse(key)), source] as const;
  });
}

/** @returns the items of a list, in their order */
export function itemsOf(list: string): readonly string[] {
  return partsOf(list);
}

/** @returns an object of these members */
export function objectSource(members: Iterable<readonly [key: string, source: string]>): string {
  return `{${[...members].map(([key, source]) => `${JSON.stringify(key)}:${source}`).join(',')}}`;
}

/** The members between the commas of the outermost level. */
function partsOf(source: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  const end = (at: number) => {
    const part = source.slice(from, at).trim();
    if (part !== '') parts.push(part);
    from = at + 1;
  };
  for (const { 0: sign, index } of source.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (sign === '{' || sign === '[') {
      depth += 1;
      if (depth === 1) from = index + 1;
    } else if (sign === '}' || sign === ']') {
      if (depth === 1) end(index);
      depth -= 1;
    } else if (sign === ',' && depth === 1) end(index);
  }
  return parts;
}
