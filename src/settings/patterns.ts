/** @returns the patterns of a list, which commas part outside of braces; lines that begin with `#` are comments */
export function readPatterns(value: unknown): string[] {
  const lines = Array.isArray(value) ? value.map(String) : String(value).split(/\r\n|\n|\r/);
  return lines
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap(splitOutsideBraces)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function splitOutsideBraces(line: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    else if (character === ',' && depth <= 0) {
      items.push(line.slice(from, at));
      from = at + 1;
    }
  }
  return [...items, line.slice(from)];
}
