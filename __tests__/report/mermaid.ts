/** Mermaid's own parser without a browser: only the sanitizer of labels wants one, and the grammar does without. */
import DOMPurify from 'dompurify';

let loaded: Promise<typeof import('mermaid').default> | undefined;

/** @throws what Mermaid says where it cannot parse the text. */
export async function parseMermaid(text: string): Promise<void> {
  Object.assign(DOMPurify, { addHook: () => {}, sanitize: (label: string) => label });
  loaded ??= import('mermaid').then((module) => module.default);
  await (await loaded).parse(text);
}
