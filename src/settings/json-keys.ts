/**
 * JSON.parse silently keeps the last of two equal keys.
 * @param level down to which keys are read; the object itself is level 1
 * @returns the first duplicate key in an object of a JSON text that is known to parse
 */
export function repeatedKey(json: string, level: number): string | undefined {
  return countKeys(json, level).twice;
}

/** @returns how deep a JSON text is nested, and its first duplicate key, down to a level */
export function countKeys(
  json: string,
  level = Number.POSITIVE_INFINITY,
): { deepest: number; twice: string | undefined } {
  const open: Array<Set<string>> = [];
  let deepest = 0;
  let twice: string | undefined;
  for (const token of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [sign, colon] = token;
    if (sign === '{' || sign === '[') deepest = Math.max(deepest, open.push(new Set()));
    else if (sign === '}' || sign === ']') open.pop();
    else if (colon !== undefined && open.length <= level && twice === undefined) {
      const key = String(JSON.parse(sign.slice(0, sign.lastIndexOf('"') + 1)));
      const keys = open.at(-1);
      if (keys?.has(key)) twice = key;
      keys?.add(key);
    }
  }
  return { deepest, twice };
}
