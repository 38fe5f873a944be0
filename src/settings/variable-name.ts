/** Longer than any real name: a longer text is no name. */
const LONGEST = 128;

const NAME = /^[A-Za-z_][\w.-]*$/;
/** Tokens whose issuer begins them so: AWS, GitHub, GitLab, Slack, Stripe, npm, Google, JSON Web Tokens. */
const ISSUED =
  /^(?:A[KS]IA[A-Z0-9]{12,}$|gh[pousr]_[A-Za-z0-9]{16,}$|github_pat_[A-Za-z0-9]{8,}|glpat-|xox[a-z]-|[prs]k[-_](?:live|test|proj|ant)[-_](?=.*\d)|npm_[A-Za-z0-9]{20,}$|AIza[\w-]{20,}$|eyJ[\w-]{8,})/;

/**
 * A name is printed, stored and shown in AWS, so a possible piece of a value is rejected.
 * @returns why this is not the name of a variable, and the remedy, or undefined; never with the name
 */
export function nameFault(name: string): string | undefined {
  if (!NAME.test(name)) return 'use letters, digits and _, not beginning with a digit';
  if (name.length > LONGEST) return `use at most ${LONGEST} letters, digits and _`;
  if (isOpaque(name))
    return 'it looks like a piece of a key or of base64; put values of several lines into quotes, or use another name';
  return undefined;
}

/**
 * The words of a name are long: `oauth2ClientSecret` has four runs in 18 characters. Random base64 changes between
 * small letters, capitals and digits every two characters, and so does hex between letters and digits.
 * @returns whether the text has the form of random base64 or hex, or of a token, and not that of a name
 */
export function isOpaque(name: string): boolean {
  if (ISSUED.test(name)) return true;
  if (name.split(/[_.-]/).some((piece) => piece.length >= 16 && isRandom(piece))) return true;
  // The alphabet of base64 for URLs has - and _ in it.
  const letters = name.replace(/[_.-]/g, '');
  return letters.length >= 20 && mixes(letters) && runLength(name) < 2.2;
}

/** @returns whether the text mixes capitals, small letters and digits. */
export function mixes(text: string): boolean {
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text);
}

function isRandom(piece: string): boolean {
  if (!/\d/.test(piece)) return runLength(piece) < 2.2;
  return runLength(piece) < (piece.length >= 20 ? 3 : 2.6);
}

/** @returns how many characters a word or number of the text has on average. */
function runLength(text: string): number {
  const runs = text.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  return runs.length === 0 ? Number.POSITIVE_INFINITY : runs.join('').length / runs.length;
}
