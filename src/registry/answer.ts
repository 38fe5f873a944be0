import { quote } from './errors.ts';
import { objects, parseJson } from './manifest.ts';

/** The specification's error list, or the plain text that ECR and proxies send instead. */
export function parseErrors(body: Buffer): { codes: readonly string[]; text: string } {
  try {
    const [json] = objects([parseJson(body, 'the answer')]);
    const errors = objects(json?.['errors']);
    const all = (part: 'code' | 'message', limit: number) =>
      errors.flatMap(({ [part]: text }) => (typeof text === 'string' ? [quote(text, limit)] : []));
    return { codes: all('code', 60), text: all('message', 300).join('; ') };
  } catch {
    return { codes: [], text: quote(body.toString('utf8')) };
  }
}
