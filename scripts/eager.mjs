import ts from 'typescript';

/**
 * Writes the functions that webpack puts around modules as function expressions in parentheses. V8 takes these for
 * functions that are called at once and compiles them as it reads them; of arrow functions it believes that only from
 * Node 22 on, and reads them twice until then, which is a tenth of a short run.
 * @param source of a chunk, minified
 * @returns the same program
 * @see https://v8.dev/blog/preparser#pife
 */
export function compileAtOnce(source) {
  const file = ts.createSourceFile('chunk.js', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const arrows = [];
  const visit = (node) => {
    const arrow = moduleOf(node);
    // There are no modules within modules.
    if (arrow === undefined) ts.forEachChild(node, visit);
    else arrows.push(arrow);
  };
  visit(file);
  return arrows.reduceRight((text, arrow) => {
    const [start, end] = [arrow.getStart(file), arrow.getEnd()];
    const parameters = arrow.parameters.map((parameter) => parameter.getText(file)).join(',');
    const body = text.slice(arrow.body.getStart(file), end);
    const block = ts.isBlock(arrow.body) ? body : `{return ${body}}`;
    return `${text.slice(0, start)}function(${parameters})${block}${text.slice(end)}`;
  }, source);
}

/** `123:((e,t,n)=>{…})`, as every module stands in its chunk. */
function moduleOf(node) {
  if (!ts.isPropertyAssignment(node) || !ts.isNumericLiteral(node.name)) return undefined;
  const { initializer } = node;
  if (!ts.isParenthesizedExpression(initializer) || !ts.isArrowFunction(initializer.expression))
    return undefined;
  return initializer.expression;
}
