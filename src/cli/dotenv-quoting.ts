/** What `.env` readers take for the end of an unquoted value, or for something else than text. */
const BARE = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/;
/** Longer ones are quoted: a reader could take the next line for the rest of wrapped base64. */
const LONGEST_BARE = 39;
/** Readers part an unquoted text here that holds several assignments. */
const PART = /\s|\\[nr]/;

/**
 * Writes a value so that our reader and the npm package dotenv read the same value back.
 * @returns undefined where no quotes do that
 */
export function quoteDotenv(value: string): string | undefined {
  if (value === '') return '""';
  if (value.includes('\0')) return undefined;
  if (value.length <= LONGEST_BARE && BARE.test(value)) return value;
  // Right before the closing quote a backslash keeps it from closing, for both readers.
  const isClosable = !value.endsWith('\\');
  const isLineBroken = value.includes('\r');
  if (isClosable && !isLineBroken && !value.includes("'")) return `'${value}'`;
  // Between double quotes \n and \r are line breaks, and every other backslash stays.
  if (isClosable && !value.includes('"') && !/\\[nr]/.test(value))
    return `"${value.replaceAll('\r', '\\r')}"`;
  if (isClosable && !isLineBroken && !value.includes('`')) return `\`${value}\``;
  return isPlainText(value) ? value : undefined;
}

/** @returns whether the value needs no quotes although it contains some. */
function isPlainText(value: string): boolean {
  return (
    value === value.trim() &&
    !/^['"`]/.test(value) &&
    !/[#\r\n\u2028\u2029]/.test(value) &&
    !value.startsWith('-----BEGIN ') &&
    !holdsAssignment(value)
  );
}

/** One look from the first place where readers may part it: whatever parts it later has the same signs behind it. */
function holdsAssignment(value: string): boolean {
  const first = value.search(PART);
  return first >= 0 && /[=:]/.test(value.slice(first + 1));
}
