import { type Digest, digestOf } from './digest.ts';
import { objects, parseJson } from './manifest.ts';

/**
 * Tells which layer a directory of a legacy export holds, before its bytes come. Engines until version 24 name the
 * directory by a digest over the layer's old-style configuration, which stands in its file `json`, and over the
 * chain id of the layers below; so of the image's chain ids the one that gives the directory's name is its layer.
 * (moby, `image/v1.CreateID` and `image/tarexport`; checked against Docker 20.10.)
 * @param directory the 64 digits
 * @param json the file's content
 * @param diffIds of the image, from the base up
 * @returns the diff id, undefined when none matches: then only reading the layer tells
 */
export function identifyLayer(
  directory: string,
  json: Buffer,
  diffIds: readonly Digest[],
): Digest | undefined {
  const [saved] = objects([tryParse(json)]);
  if (saved === undefined) return undefined;
  const { id: _, parent, os, ...rest } = saved;
  const above = typeof parent === 'string' ? { parent: `sha256:${parent}` } : {};
  // The engine adds `os` after the digest was taken, save for the topmost layer, which has it before.
  const variants = [rest, { ...rest, os }];
  for (const [i, layer_id] of chainIds(diffIds).entries()) {
    for (const variant of variants) {
      const text = asGoWrites({ ...variant, ...above, layer_id });
      if (digestOf(text) === `sha256:${directory}`) return diffIds[i];
    }
  }
  return undefined;
}

function tryParse(json: Buffer): unknown {
  try {
    return parseJson(json, 'json');
  } catch {
    return undefined;
  }
}

/** The image specification's chain ids: the digest over the chain below and the layer's diff id. */
function chainIds(diffIds: readonly Digest[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chain;
}

/** Go sorts the keys of a map and escapes what HTML would read. */
function asGoWrites(value: Readonly<Record<string, unknown>>): string {
  const sorted = Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, value[key]]),
  );
  return JSON.stringify(sorted).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
