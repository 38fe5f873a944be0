import type { Secret } from '../secret.ts';
import { quoteDotenv } from './dotenv-quoting.ts';

/** One variable as the account has it. */
export interface StoredVariable {
  readonly name: string;
  /** Undefined where the role may not read it. */
  readonly value: Secret | undefined;
  /** Its value is written only where the user asks for secrets. */
  readonly isSecret: boolean;
  /** Where its value is stored, in words. */
  readonly place: string;
}

export interface DotenvExport {
  /** What exists below it. */
  readonly prefix: string;
  readonly variables: readonly StoredVariable[];
  /** What is left out, each with the reason. */
  readonly omitted: readonly string[];
}

export interface DotenvText {
  readonly text: string;
  /** Names whose value is left out although it was asked for. */
  readonly missing: readonly string[];
}

/**
 * Writes a `.env`: sorted by name, quoted so that every reader gives the same values back.
 * @param reveals whether secrets are written with their values
 */
export function writeDotenv(
  { prefix, variables, omitted }: DotenvExport,
  { reveals }: { readonly reveals: boolean },
): DotenvText {
  const missing: string[] = [];
  const lines: string[] = [`# What AWS stores below ${prefix}, written by aws-bootstrap.`];
  if (variables.some(({ isSecret }) => isSecret) && !reveals)
    lines.push('# Secrets have no value here. The comment above each says where it is stored.');
  lines.push(...omitted.map(comment), '');
  for (const variable of sortedByName(variables)) {
    const { name, value, isSecret, place } = variable;
    if (isSecret && !reveals) {
      lines.push(comment(`${place}`), `${name}=`);
      continue;
    }
    const text = value === undefined ? undefined : quoteDotenv(value.reveal());
    if (text !== undefined) {
      lines.push(`${name}=${text}`);
      continue;
    }
    missing.push(name);
    lines.push(
      comment(
        value === undefined
          ? `${place}. The role may not read its value.`
          : `${place}. No .env can hold its value: it has quotes of every kind, or a NUL character.`,
      ),
      `${name}=`,
    );
  }
  return { text: `${lines.join('\n')}\n`, missing };
}

/** By code unit, so that every machine sorts alike. */
function sortedByName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Control characters would end the line, and a `NAME=` in a comment looks like a lost line break. */
function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').replaceAll('=', ':')}`;
}
