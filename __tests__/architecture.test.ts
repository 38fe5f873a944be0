import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

interface Import {
  /** Path below src, or the name of a package. */
  readonly from: string;
  readonly typeOnly: boolean;
}

interface SourceFile {
  /** Path below src, like `plan/diff.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** Every node of the tree, so that each law need not walk it again. */
  readonly all: readonly ts.Node[];
  readonly imports: readonly Import[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
}

/** Reads every file with the compiler's own parser; comments and strings are then no code. */
function readSources(): SourceFile[] {
  return filesBelow(SRC).map((name) => {
    const path = name.replaceAll('\\', '/');
    const text = readFileSync(join(SRC, path), 'utf8');
    const tree = parse(path, text);
    const all = nodesOf(tree);
    return { path, text, tree, all, imports: importsOf(path, all) };
  });
}

const parse = (path: string, text: string) =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);

function nodesOf(tree: ts.SourceFile): ts.Node[] {
  const all: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    all.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return all;
}

function importsOf(path: string, all: readonly ts.Node[]): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const { text } = specifier;
    const from = text.startsWith('.') ? relative(SRC, join(SRC, dirname(path), text)) : text;
    found.push({ from: from.replaceAll('\\', '/'), typeOnly });
  };
  for (const node of all)
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return (
    clause.name === undefined &&
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.length > 0 &&
    names.elements.every((name) => name.isTypeOnly)
  );
}

/** @returns every node of the file that satisfies the question, as `path:line text`. */
function nodes(file: SourceFile, question: (node: ts.Node) => boolean): string[] {
  return file.all.filter(question).map((node) => {
    const line = file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    return `${file.path}:${line} ${node.getText().slice(0, 60)}`;
  });
}

const SOURCES = readSources();
const stageOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : path);
const isOurs = ({ from }: Import) => from.endsWith('.ts');

type Permission = 'all' | { readonly files: readonly string[]; readonly typesOnly?: true };
/** Who may import whom, by stage; a stage may always import its own files (providers have a law of their own). */
const MAY: Readonly<Record<string, Readonly<Record<string, Permission>>>> = {
  'index.ts': { 'main.ts': 'all', report: { files: ['report/log.ts'] }, cli: { files: ['cli/main.ts'] } },
  // The command line runs the stages as main.ts does, and has commands of its own.
  cli: {
    'run-input.ts': 'all',
    'run-settings.ts': 'all',
    'reconcile.ts': 'all',
    'execute.ts': { files: ['execute.ts'], typesOnly: true },
    'failure.ts': 'all',
    'secret.ts': 'all',
    clients: 'all',
    desired: 'all',
    kinds: 'all',
    model: 'all',
    plan: 'all',
    providers: 'all',
    registry: 'all',
    report: 'all',
    settings: 'all',
  },
  // They run the stages one after the other, so they import all of them.
  'main.ts': {
    'run-input.ts': 'all',
    'reconcile.ts': 'all',
    'failure.ts': 'all',
    'late.ts': 'all',
    settings: 'all',
    report: 'all',
    clients: 'all',
  },
  // It names why an error fails the step, for errors of every stage.
  'failure.ts': { clients: 'all', registry: { files: ['registry/errors.ts'] } },
  // And why a run with a plan does.
  'run-failure.ts': {
    'failure.ts': 'all',
    model: 'all',
    plan: 'all',
    report: {
      files: [
        'report/causes.ts',
        'report/failure.ts',
        'report/messages.ts',
        'report/resources.ts',
        'report/run.ts',
      ],
    },
    settings: 'all',
  },
  'late.ts': {
    'execute.ts': 'all',
    plan: { files: ['plan/stage.ts'] },
    report: { files: ['report/report.ts'] },
  },
  'run-settings.ts': { settings: 'all' },
  'run-input.ts': {
    'run-settings.ts': 'all',
    'auth0-input.ts': 'all',
    'image-input.ts': 'all',
    'secret.ts': 'all',
    settings: 'all',
    desired: 'all',
    registry: { files: ['registry/source.ts'], typesOnly: true },
    report: 'all',
    clients: 'all',
  },
  'auth0-input.ts': { desired: { files: ['desired/auth0.ts'] }, settings: 'all' },
  'image-input.ts': {
    clients: { files: ['clients/cancellation.ts'], typesOnly: true },
    desired: { files: ['desired/application.ts'] },
    registry: 'all',
    settings: 'all',
  },
  'reconcile.ts': {
    'run-input.ts': 'all',
    'context.ts': 'all',
    'execute.ts': 'all',
    'late.ts': 'all',
    'account-plan.ts': 'all',
    settings: 'all',
    desired: 'all',
    model: 'all',
    providers: 'all',
    registry: 'all',
    report: 'all',
    clients: 'all',
  },
  'execute.ts': {
    'run-input.ts': 'all',
    'context.ts': 'all',
    'failure.ts': 'all',
    'run-failure.ts': 'all',
    'account-plan.ts': { files: ['account-plan.ts'], typesOnly: true },
    clients: 'all',
    model: 'all',
    providers: { files: ['providers/provider.ts'], typesOnly: true },
    plan: 'all',
    report: 'all',
  },
  'context.ts': {
    'run-input.ts': 'all',
    XX: 'all',
    desired: 'all',
    model: 'all',
    plan: { files: ['plan/binding.ts', 'plan/disclosure.ts'], typesOnly: true },
    providers: { files: ['providers/context.ts'], typesOnly: true },
    'secret.ts': 'all',
    settings: 'all',
  },
  'callback-plan.ts': {
    'run-input.ts': 'all',
    desired: 'all',
    model: 'all',
    providers: 'all',
    report: 'all',
    'secret.ts': 'all',
    settings: 'all',
  },
  'task-definition-references.ts': {
    'run-input.ts': 'all',
    'failure.ts': 'all',
    clients: { files: ['clients/explanation.ts'] },
    settings: 'all',
    desired: 'all',
    registry: { files: ['registry/image-name.ts'] },
    model: 'all',
    providers: 'all',
    report: 'all',
    'secret.ts': 'all',
  },
  'account-plan.ts': {
    'run-input.ts': 'all',
    'context.ts': 'all',
    'callback-plan.ts': 'all',
    'task-definition-references.ts': 'all',
    settings: 'all',
    desired: 'all',
    model: 'all',
    providers: 'all',
    plan: 'all',
    report: 'all',
  },
  'secret.ts': {},
  // Every stage imports the model, and the model none of them: only the names of the opt-ins.
  kinds: { model: 'all', settings: { files: ['settings/choices.ts'], typesOnly: true }, 'secret.ts': 'all' },
  model: { 'secret.ts': 'all', settings: { files: ['settings/choices.ts'], typesOnly: true } },
  settings: { model: 'all', 'secret.ts': 'all' },
  clients: { 'secret.ts': 'all' },
  desired: { settings: 'all', model: 'all', 'secret.ts': 'all' },
  providers: {
    kinds: 'all',
    model: 'all',
    clients: 'all',
    registry: 'all',
    'secret.ts': 'all',
    settings: { files: ['settings/limits.ts', 'settings/canonical-lifecycle.ts'] },
  },
  registry: { clients: 'all', 'secret.ts': 'all' },
  plan: {
    desired: 'all',
    kinds: 'all',
    model: 'all',
    providers: { files: ['providers/provider.ts'], typesOnly: true },
    settings: 'all',
    'secret.ts': 'all',
  },
  report: {
    plan: 'all',
    desired: 'all',
    settings: 'all',
    kinds: 'all',
    model: 'all',
    // Errors are reported, GitHub is called, and policies come from the table of the calls.
    clients: {
      files: [
        'clients/auth0-error.ts',
        'clients/clock.ts',
        'clients/errors.ts',
        'clients/explanation.ts',
        'clients/github.ts',
        'clients/github-error.ts',
        'clients/identity.ts',
        'clients/network-errors.ts',
        'clients/permissions.ts',
        'clients/proxy.ts',
        'clients/cancellation.ts',
      ],
    },
    registry: { files: ['registry/errors.ts'] },
    'secret.ts': 'all',
  },
};

/** Shared by providers, and no provider itself. */
const SHARED_LEAVES = [
  'parameter-listing.ts',
  'json-source.ts',
  'repository-policy.ts',
  'repository-scanning.ts',
  'provider.ts',
  'context.ts',
  'secret-inventory.ts',
  'secret-json.ts',
  'secret-reading.ts',
  'secret-versions.ts',
  'eventual-consistency.ts',
  'tags.ts',
];

/** @returns the circles among files, each once */
function circlesOf(files: ReadonlyArray<Pick<SourceFile, 'path' | 'imports'>>): string[] {
  const graph = new Map(
    files.map(({ path, imports }) => [path, imports.filter(isOurs).map(({ from }) => from)]),
  );
  const circles: string[] = [];
  const left = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || left.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...way, path]);
    left.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return circles;
}

function mayImport(path: string, imported: Import): boolean {
  const [from, to] = [stageOf(path), stageOf(imported.from)];
  if (from === to) return true;
  const permission = MAY[from]?.[to];
  if (permission === undefined) return false;
  if (permission === 'all') return true;
  return permission.files.includes(imported.from) && (permission.typesOnly !== true || imported.typeOnly);
}

it('the sources are read', () => {
  expect(SOURCES.length).toBeGreaterThan(40);
  expect(SOURCES.find(({ path }) => path === 'late.ts')?.imports).toContainEqual({
    from: 'plan/stage.ts',
    typeOnly: false,
  });
  expect(SOURCES.find(({ path }) => path === 'reconcile.ts')?.imports).toContainEqual({
    from: 'providers/providers.ts',
    typeOnly: false,
  });
  expect(SOURCES.find(({ path }) => path === 'model/change.ts')?.imports).toContainEqual({
    from: 'model/spec.ts',
    typeOnly: true,
  });
});

describe('the list of imports', () => {
  it.each([
    ['report/summary.ts', 'providers/parameter.ts', false, false],
    ['report/summary.ts', 'clients/aws.ts', true, false],
    ['report/summary.ts', 'clients/errors.ts', false, true],
    ['plan/plan.ts', 'report/price.ts', true, false],
    ['plan/plan.ts', 'clients/errors.ts', false, false],
    ['desired/desired.ts', 'model/spec.ts', true, true],
    ['plan/apply.ts', 'providers/provider.ts', true, true],
    ['plan/apply.ts', 'providers/provider.ts', false, false],
    ['plan/plan.ts', 'providers/parameter.ts', true, false],
    ['model/spec.ts', 'plan/plan.ts', true, false],
    ['model/change.ts', 'settings/settings.ts', true, false],
    ['desired/desired.ts', 'plan/diff.ts', false, false],
    ['settings/rules.ts', 'desired/table.ts', false, false],
    ['providers/parameter.ts', 'settings/settings.ts', true, false],
    ['providers/repository.ts', 'settings/canonical-lifecycle.ts', false, true],
    ['clients/aws.ts', 'settings/limits.ts', false, false],
    ['main.ts', 'report/log.ts', false, true],
    ['registry/push.ts', 'providers/image.ts', false, false],
  ])('%s → %s (type only: %s): %s', (path, from, typeOnly, allowed) => {
    expect(mayImport(path, { from, typeOnly })).toBe(allowed);
  });
});

describe('imports', () => {
  it('are those that the list allows', () => {
    const wrong = SOURCES.flatMap(({ path, imports }) =>
      imports.filter((one) => isOurs(one) && !mayImport(path, one)).map(({ from }) => `${path} → ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it('every folder of src has its row in the list', () => {
    expect([...new Set(SOURCES.map(({ path }) => stageOf(path)))].filter((stage) => !(stage in MAY))).toEqual(
      [],
    );
  });

  it('nothing is imported in a circle, types included', () => {
    expect(circlesOf(SOURCES)).toEqual([]);
    const [first, second] = ['model/spec.ts', 'model/change.ts'].map((path, index, both) => ({
      path,
      imports: [{ from: both[1 - index] ?? '', typeOnly: true }],
    }));
    expect(circlesOf([first, second].filter((file) => file !== undefined))).toEqual([
      'model/spec.ts → model/change.ts → model/spec.ts',
    ]);
  });

  it('a provider never imports another; providers.ts opens them all', () => {
    const files = SOURCES.filter(
      ({ path }) => stageOf(path) === 'providers' && path !== 'providers/providers.ts',
    );
    const isProvider = (type: ts.Node | undefined) =>
      /^(?:Listed)?Provider<|^ParameterProvider$/.test(type?.getText() ?? '');
    const opensProvider = ({ tree }: SourceFile) =>
      tree.statements.some(
        (one) =>
          (ts.isFunctionDeclaration(one) && isProvider(one.type)) ||
          (ts.isClassDeclaration(one) && one.heritageClauses?.some(({ types }) => types.some(isProvider))),
      );
    const names = files.filter(opensProvider).map(({ path }) => path);
    expect(names).toEqual(
      expect.arrayContaining([
        'providers/auth0-application.ts',
        'providers/image.ts',
        'providers/log-group.ts',
        'providers/parameter.ts',
        'providers/repository.ts',
        'providers/secret-bundle.ts',
      ]),
    );
    for (const { path, imports } of files)
      expect(
        imports.map(({ from }) => from).filter((from) => from !== path && names.includes(from)),
        path,
      ).toEqual([]);
    // Two are opened only if a run needs them, since they load code that others do not.
    const opened = SOURCES.filter(
      ({ path }) => path === 'providers/providers.ts' || path === 'reconcile.ts',
    ).flatMap(({ imports }) => imports.map(({ from }) => from));
    expect(opened).toEqual(expect.arrayContaining(names));
  });

  it('shared code of providers is listed, and opens no provider', () => {
    const counts = new Map<string, number>();
    for (const { path, imports } of SOURCES)
      if (stageOf(path) === 'providers' && path !== 'providers/providers.ts')
        for (const from of new Set(imports.map((one) => one.from)))
          if (stageOf(from) === 'providers') counts.set(from, (counts.get(from) ?? 0) + 1);
    const shared = [...counts].filter(([, count]) => count > 1).map(([from]) => from);
    expect(shared.filter((from) => !SHARED_LEAVES.includes(from.slice('providers/'.length)))).toEqual([]);
  });
});

/** @returns paths of the files that import one of the packages, for other things than types. */
const importers = (packages: RegExp) =>
  SOURCES.filter(({ imports }) => imports.some(({ from, typeOnly }) => !typeOnly && packages.test(from))).map(
    ({ path }) => path,
  );

const isQuestion = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  node.expression.name.text === 'is';

/** @returns the function itself, where only its name is given. */
function questionOf(given: ts.Node, { all }: SourceFile): ts.Node {
  return (
    all.findLast(
      (node) =>
        (ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node)) &&
        ts.isIdentifier(given) &&
        node.name?.getText() === given.text,
    ) ?? given
  );
}

describe('restricted interfaces', () => {
  it('@actions/core: the reader of inputs and the reports', () => {
    const found = importers(/^@actions\/core/);
    expect(found).toContain('settings/inputs.ts');
    expect(found.filter((path) => path !== 'settings/inputs.ts' && stageOf(path) !== 'report')).toEqual([]);
  });

  it('@actions/github: the client that reports speak to GitHub through, and of it no part that reads the environment', () => {
    expect(importers(/^@actions\/(?!core)/)).toEqual(['clients/github.ts']);
    const client = SOURCES.find(({ path }) => path === 'clients/github.ts');
    // The package's main module reads the event's file as it is loaded.
    expect(client?.imports.map(({ from }) => from)).toContain('@actions/github/lib/utils');
  });

  it('files: the readers of inputs and of the workspace, and what the report writes for later steps', () => {
    // Images are too large to be read beforehand: the registry reads them as they go out.
    const found = importers(/^(?:node:)?fs(?:\/promises)?$/).filter((path) => stageOf(path) !== 'registry');
    expect(found.sort()).toEqual([
      'cli/export-files.ts',
      'cli/files.ts',
      'report/private-file.ts',
      'settings/inputs.ts',
      'settings/tracked-files.ts',
      'settings/workspace-file.ts',
    ]);
    const writer = SOURCES.find(({ path }) => path === 'report/private-file.ts');
    expect(writer?.text).toMatch(/import \{ mkdirSync, writeFileSync \} from 'node:fs'/);
  });

  it('no child processes, no shell, but for what a user of the command line lets it start', () => {
    const found = importers(/child_process|^execa$|@actions\/exec/);
    expect(found.filter((path) => path !== 'cli/programs.ts')).toEqual([]);
  });

  it('AWS clients: providers and clients', () => {
    const found = importers(/^@aws-sdk\//);
    expect(found.length).toBeGreaterThan(3);
    expect(found.filter((path) => !['providers', 'clients'].includes(stageOf(path)))).toEqual([]);
  });

  it('the environment: the readers of inputs, and one assignment that quiets the SDK', () => {
    const found = SOURCES.flatMap((file) =>
      nodes(file, (node) => ts.isPropertyAccessExpression(node) && node.getText() === 'process.env').map(
        (text) => text.replace(/:\d+ .*/, ''),
      ),
    );
    const readers = ['settings/inputs.ts', 'cli/environment.ts'];
    expect(found.filter((path) => !readers.includes(path))).toEqual(['clients/aws.ts']);
    expect(SOURCES.find(({ path }) => path === 'clients/aws.ts')?.text).toMatch(
      /^process\.env\['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'\] = 'true';$/m,
    );
  });

  it('reveal(): where values are sent', () => {
    const isReveal = (node: ts.Node) =>
      (ts.isPropertyAccessExpression(node) && node.name.text === 'reveal') ||
      (ts.isElementAccessExpression(node) && /reveal/.test(node.argumentExpression.getText()));
    const found = SOURCES.flatMap((file) => nodes(file, isReveal).map(() => file.path));
    expect(found.length).toBeGreaterThan(1);
    // An export writes plain values, and secrets only with --reveal.
    const exports = ['cli/export-dotenv.ts', 'cli/export-terraform.ts'];
    expect(
      found.filter(
        (path) =>
          !['providers', 'registry', 'clients', 'secret.ts'].includes(stageOf(path)) &&
          !exports.includes(path),
      ),
    ).toEqual([]);
  });

  it('hideBy(): the masks alone', () => {
    const found = SOURCES.flatMap((file) =>
      nodes(
        file,
        (node) =>
          (ts.isPropertyAccessExpression(node) && node.name.text === 'hideBy') ||
          (ts.isElementAccessExpression(node) && /hideBy/.test(node.argumentExpression.getText())),
      ).map(() => file.path),
    );
    expect(found).toEqual(['settings/masks.ts']);
  });

  it.each([
    ['classifiedBy', 'desired/classify.ts'],
    ['readAsAuth0', 'settings/auth0-inputs.ts'],
    ['readAsCallback', 'desired/callback.ts'],
    ['disclosed', 'plan/disclosure.ts'],
  ])('%s(): %s alone', (name, path) => {
    const found = SOURCES.flatMap((file) =>
      nodes(
        file,
        (node) =>
          (ts.isPropertyAccessExpression(node) && node.name.text === name) ||
          (ts.isElementAccessExpression(node) && node.argumentExpression.getText().includes(name)),
      ).map(() => file.path),
    );
    expect(found).toEqual([path]);
  });

  it('watch() of the masks, which gives what they hide: the gate of the reports alone', () => {
    const found = SOURCES.flatMap((file) =>
      nodes(file, (node) => ts.isPropertyAccessExpression(node) && node.getText() === 'masks.watch').map(
        () => file.path,
      ),
    );
    expect(found).toEqual(['report/gate.ts']);
  });

  it('is() asks a question, and keeps nothing of the value', () => {
    const questions = SOURCES.flatMap((file) => nodes(file, isQuestion));
    expect(questions.length).toBeGreaterThan(5);
    const keeps = (node: ts.Node): boolean =>
      (ts.isBinaryExpression(node) &&
        node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
        node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) ||
      (ts.isCallExpression(node) &&
        ts.isPropertyAccessExpression(node.expression) &&
        /^(?:push|unshift|set|add|assign|write)$/.test(node.expression.name.text)) ||
      ts.forEachChild(node, (child) => keeps(child) || undefined) === true;
    const wrong = SOURCES.flatMap((file) =>
      nodes(
        file,
        // A question that is kept in a name of its own is a plain function of the same file.
        (node) => isQuestion(node) && node.arguments.some((one) => keeps(questionOf(one, file))),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('plain Error is never thrown: own errors have a class, which reports use', () => {
    const found = SOURCES.flatMap((file) =>
      nodes(file, (node) => ts.isNewExpression(node) && node.expression.getText() === 'Error').map(
        () => file.path,
      ),
    );
    // In place of an answer of AWS, which is reported as one.
    expect(found).toEqual(['providers/secret-reading.ts']);
  });

  it('console and process.stdout: none, since log and terminal have one escape each', () => {
    const found = SOURCES.flatMap((file) =>
      nodes(
        file,
        (node) =>
          ts.isPropertyAccessExpression(node) &&
          /^(?:console\.\w+|process\.std(?:out|err))$/.test(node.getText()),
      ).map(() => file.path),
    );
    // One gives them to the terminal, the other looks for what is unread.
    expect([...new Set(found)].sort()).toEqual(['cli/environment.ts', 'clients/cancellation.ts']);
  });
});

/** The parts of these stages that act: they read inputs, run the plan, or write and send reports. */
const ACTING = [
  'settings/inputs.ts',
  'settings/tracked-files.ts',
  'settings/workspace-file.ts',
  'plan/apply.ts',
  'report/comment.ts',
  'report/drift-issue.ts',
  'report/early-failure.ts',
  'report/github.ts',
  'report/ecs-integration.ts',
  'report/log.ts',
  'report/run-log.ts',
  'report/outputs.ts',
  'report/private-file.ts',
  'report/report.ts',
  'report/summary.ts',
];

/** Values in, values out. */
const PURE = SOURCES.filter(
  ({ path }) => ['settings', 'desired', 'plan', 'report'].includes(stageOf(path)) && !ACTING.includes(path),
);

describe('pure stages', () => {
  it('have no await, no clock, no randomness and no core', () => {
    const impure = PURE.flatMap((file) =>
      nodes(
        file,
        (node) =>
          ts.isAwaitExpression(node) ||
          node.kind === ts.SyntaxKind.AsyncKeyword ||
          (ts.isIdentifier(node) &&
            /^(?:Date|performance|setTimeout|setInterval|process)$/.test(node.text)) ||
          (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random'),
      ),
    );
    expect(impure).toEqual([]);
    const foreign = PURE.flatMap(({ path, imports }) =>
      imports
        .filter(({ from }) => /^@actions\/|^@aws-sdk\/|^node:(?!crypto)/.test(from))
        .map(({ from }) => `${path} → ${from}`),
    );
    expect(foreign).toEqual([]);
  });

  it('each file in the list of impure files exists', () => {
    expect(ACTING.filter((path) => !SOURCES.some((file) => file.path === path))).toEqual([]);
  });

  it('a function that neither waits nor writes builds the summary', () => {
    const file = SOURCES.find(({ path }) => path === 'report/summary.ts');
    expect(file).toBeDefined();
    if (file === undefined) return;
    const functions = file.tree.statements.filter(ts.isFunctionDeclaration);
    const impure = functions.filter((one) => /\bawait\b|\bcore\b|\bDate\b|Math\.random/.test(one.getText()));
    expect(impure.map((one) => one.name?.text)).toEqual(['writeSummary']);
  });
});

describe('how files look', () => {
  it('with at most 450 lines', () => {
    const lengths = SOURCES.map(({ path, text }) => [path, text.split('\n').length - 1] as const);
    expect(lengths.filter(([, lines]) => lines > 450)).toEqual([]);
  });

  it('functions have at most 60 lines, those inside of them included', () => {
    const long = SOURCES.flatMap((file) =>
      nodes(file, (node) => {
        if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return false;
        const [first = 0, last = 0] = [node.getStart(), node.end].map(
          (at) => file.tree.getLineAndCharacterOfPosition(at).line,
        );
        return last - first + 1 > 60;
      }),
    );
    expect(long).toEqual([]);
  });

  it('is named by nouns that say something', () => {
    const empty = /(?:^|[-./])(?:utils?|helpers?|common|managers?|handlers?|misc|shared|lib)(?:[-./]|$)/i;
    expect(SOURCES.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([]);
    const names = SOURCES.flatMap((file) =>
      nodes(
        file,
        (node) =>
          (ts.isFunctionDeclaration(node) ||
            ts.isClassDeclaration(node) ||
            ts.isInterfaceDeclaration(node)) &&
          /(?:Utils?|Helpers?|Managers?|Handlers?)$/i.test(node.name?.text ?? ''),
      ),
    );
    expect(names).toEqual([]);
  });

  it('is named in lower case with hyphens', () => {
    expect(
      SOURCES.map(({ path }) => path).filter(
        (path) => !/^(?:[a-z]+\/){0,2}[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(path),
      ),
    ).toEqual([]);
  });

  it('has no cast that hides a mistake', () => {
    const casts = SOURCES.flatMap((file) =>
      nodes(
        file,
        (node) =>
          ts.isAsExpression(node) &&
          (node.type.kind === ts.SyntaxKind.AnyKeyword || /\bas (?:unknown|any) as\b/.test(node.getText())),
      ),
    );
    expect(casts).toEqual([]);
  });
});

it('the model in the tests imports nothing of the code', () => {
  const tests = fileURLToPath(new URL('.', import.meta.url));
  const seen = new Set<string>();
  const foreign: string[] = [];
  // Of the files that it imports, theirs too.
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const tree = parse(path, readFileSync(path, 'utf8'));
    for (const { from } of importsOf(relative(SRC, path), nodesOf(tree))) {
      if (!from.endsWith('.ts')) continue;
      if (from.startsWith('..')) visit(join(SRC, from));
      else foreign.push(`${relative(tests, path)} → ${from}`);
    }
  };
  for (const path of filesBelow(join(tests, 'model'))) visit(join(tests, 'model', path));
  expect(seen.size).toBeGreaterThan(8);
  expect(foreign).toEqual([]);
});

it('no test replaces a module', () => {
  const tests = fileURLToPath(new URL('.', import.meta.url));
  const word = ['vi', 'mock'].join('.');
  const found = filesBelow(tests).filter((path) =>
    readFileSync(join(tests, path), 'utf8').includes(`${word}(`),
  );
  expect(found).toEqual([]);
});
