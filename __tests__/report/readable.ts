/** @returns Markdown as it is read: code that may break in a narrow column as a code span, links as their text */
export function readable(markdown: string): string {
  return markdown
    .replaceAll('<wbr>', '')
    .replaceAll(/<\/?code>/g, '`')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll(/\[([^\]]*)\]\(https?:[^)\s]*\)/g, '$1');
}
