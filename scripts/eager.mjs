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
  const modules = [];
  const visit = (node) => {
    const found = moduleOf(node);
    // There are no modules within modules.
    if (found === undefined) ts.forEachChild(node, visit);
    else modules.push(found);
  };
  visit(file);
  return modules.reduceRight((text, found) => {
    const [start, end] = [found.getStart(file), found.getEnd()];
    return `${text.slice(0, start)}(${asFunction(found, file)})${text.slice(end)}`;
  }, source);
}

/** `123:(e,t,n)=>{…}` or `123:function(e,t){…}`, as modules are in their chunk. */
function moduleOf(node) {
  if (!ts.isPropertyAssignment(node) || !ts.isNumericLiteral(node.name)) return undefined;
  const { initializer } = node;
  return ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer) ? initializer : undefined;
}

function asFunction(found, file) {
  if (ts.isFunctionExpression(found)) return found.getText(file);
  const parameters = found.parameters.map((parameter) => parameter.getText(file)).join(',');
  const body = found.body.getText(file);
  return `function(${parameters})${ts.isBlock(found.body) ? body : `{return ${body}}`}`;
}
