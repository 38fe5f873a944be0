import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export interface Input {
  name: string;
  /** As written, expressions and all; undefined is none. */
  default?: string;
  deprecated?: string;
}

export interface Manifest {
  inputs: Input[];
  outputs: string[];
}

/** By its text: hundreds of runs have the same. */
const manifests = new Map<string, Manifest>();

export async function readManifest(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8');
  const known = manifests.get(text);
  if (known !== undefined) return known;
  const document: unknown = parse(text);
  const manifest = {
    inputs: entries(document, 'inputs').map(([name, body]) => readInput(name, body)),
    outputs: entries(document, 'outputs').map(([name]) => name),
  };
  manifests.set(text, manifest);
  return manifest;
}

export interface Given {
  /** INPUT_* for every declared input and every given one. */
  env: Record<string, string>;
  /** Given but not declared: the runner warns and passes them on. */
  unexpected: string[];
  /** Given and deprecated, with the manifest's advice. */
  deprecated: [name: string, advice: string][];
}

/** `with:` meets what action.yml declares. `required` is not enforced: the runner does not. */
export function giveInputs(
  manifest: Manifest,
  given: Record<string, string>,
  github: Record<string, string>,
): Given {
  const names = new Map(Object.keys(given).map((name) => [name.toLowerCase(), name]));
  const declared = new Set(manifest.inputs.map(({ name }) => name.toLowerCase()));
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) env[variableOf(name)] = value;
  for (const input of manifest.inputs) {
    if (!names.has(input.name.toLowerCase())) env[variableOf(input.name)] = evaluate(input, github);
  }
  return {
    env,
    unexpected: [...names].filter(([folded]) => !declared.has(folded)).map(([, name]) => name),
    deprecated: manifest.inputs.flatMap(({ name, deprecated }) =>
      deprecated !== undefined && names.has(name.toLowerCase())
        ? [[name, deprecated] as [string, string]]
        : [],
    ),
  };
}

/** Spaces become `_`; dashes stay. */
export const variableOf = (input: string): string => `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`;

function evaluate({ name, default: text = '' }: Input, github: Record<string, string>): string {
  const value = text.replace(
    /\$\{\{\s*github\.(\w+)\s*\}\}/g,
    (_, key: string) => github[key.toLowerCase()] ?? '',
  );
  if (value.includes('${{'))
    throw new Error(`action.yml: the port cannot evaluate the default of ${name}: ${text}`);
  return value;
}

function readInput(name: string, body: unknown): Input {
  const input: Input = { name };
  for (const [key, value] of entries({ body }, 'body')) {
    if (key === 'default' && value !== null) input.default = String(value);
    if (key === 'deprecationMessage') input.deprecated = String(value);
  }
  return input;
}

function entries(document: unknown, key: string): [string, unknown][] {
  const body = (document as Record<string, unknown> | null)?.[key];
  return typeof body === 'object' && body !== null ? Object.entries(body) : [];
}
