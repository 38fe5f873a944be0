// The documentation can be copied: it parses, its inputs and outputs exist, its links lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../src/settings/config.ts';
import { Diagnostics, describe as describeNote } from '../src/settings/diagnostics.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

function filesBelow(folder: string, pattern: RegExp): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => normalize(join(folder, name)).replaceAll('\\', '/'))
    .filter((name) => pattern.test(name) && !name.includes('node_modules'))
    .sort();
}

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...filesBelow('docs', /\.md$/),
  ...filesBelow('examples', /\.md$/),
];
const workflows = [
  ...filesBelow('.github', /\.ya?ml$/),
  ...filesBelow('examples', /\.ya?ml$/),
  ...['action.yml', 'action-types.yml'],
];

interface Piece {
  /** File and line, for a message that leads there. */
  readonly where: string;
  readonly text: string;
}
const blocks: readonly Piece[] = pages.flatMap((page) => {
  const text = read(page);
  return [...text.matchAll(/^ *```ya?ml\n(.*?)^ *```$/gms)].map(({ index, 1: code = '' }) => ({
    where: `${page} line ${text.slice(0, index).split('\n').length}`,
    text: code,
  }));
});
const pieces: readonly Piece[] = [...blocks, ...workflows.map((name) => ({ where: name, text: read(name) }))];

test('ARCHITECTURE.md is short, and knows the folders', () => {
  const text = read('ARCHITECTURE.md');
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(6000);
  const rows = [...text.matchAll(/^\| `src\/([^`]+)`/gm)].map(([, name = '']) => name);
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(rows.filter((name) => !name.endsWith('.ts')).sort()).toEqual(folders.map(({ name }) => name).sort());
  expect(rows.filter((name) => !existsSync(join(ROOT, 'src', name)))).toEqual([]);
});

interface Manifest {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}
interface Node {
  readonly uses?: unknown;
  readonly with?: unknown;
  readonly id?: unknown;
}

const manifest: Manifest = parse(read('action.yml'));
const fleet = parse(read('.github/workflows/fleet.yml')).on.workflow_call as Manifest & {
  readonly secrets: Readonly<Record<string, unknown>>;
};

/** Every mapping of a document, at any depth. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value]), ...Object.values(value).flatMap(nodesOf)];
}

const documents = pieces.map(({ where, text }) => ({
  where,
  text,
  parsed: parseAllDocuments(text).map((document) => ({
    errors: document.errors,
    value: document.errors.length > 0 ? undefined : document.toJS(),
  })),
}));
const nodes = documents.flatMap(({ where, text, parsed }) =>
  parsed.flatMap(({ value }) => nodesOf(value).map((node) => ({ where, text, node }))),
);
const isOurs = (uses: unknown) =>
  typeof uses === 'string' && /^(papyrus\/aws-bootstrap@|\.\/(\.aws-bootstrap)?$)/.test(uses);

test('the documents have examples', () => {
  expect(blocks.length).toBeGreaterThan(10);
  expect(nodes.filter(({ node }) => isOurs(node.uses)).length).toBeGreaterThan(10);
});

test('all YAML parses', () => {
  const faults = documents.flatMap(({ where, parsed }) =>
    parsed.flatMap(({ errors }) => errors.map(({ message }) => `${where}: ${message}`)),
  );
  expect(faults).toEqual([]);
});

test('every input that is given to this action exists in action.yml', () => {
  const faults = nodes.flatMap(({ where, node }) =>
    isOurs(node.uses)
      ? Object.keys(node.with ?? {})
          .filter((name) => !(name in manifest.inputs))
          .map((name) => `${where}: action.yml has no input "${name}"`)
      : [],
  );
  expect(faults).toEqual([]);
});

test('every output that is read from this action exists in action.yml', () => {
  const faults = nodes.flatMap(({ where, text, node }) => {
    if (!isOurs(node.uses) || typeof node.id !== 'string') return [];
    return [...text.matchAll(new RegExp(`steps\\.${node.id}\\.outputs\\.([\\w-]+)`, 'g'))].flatMap(
      ([, name = '']) => (name in manifest.outputs ? [] : [`${where}: action.yml has no output "${name}"`]),
    );
  });
  expect(faults).toEqual([]);
});

test('every input and secret that is given to fleet.yml exists in it', () => {
  const faults = nodes.flatMap(({ where, node }) => {
    if (
      typeof node.uses !== 'string' ||
      !node.uses.startsWith('papyrus/aws-bootstrap/.github/workflows/fleet.yml@')
    )
      return [];
    const secrets = (node as { secrets?: object }).secrets ?? {};
    return [
      ...Object.keys(node.with ?? {}).filter((name) => !(name in fleet.inputs)),
      ...Object.keys(secrets).filter((name) => !(name in fleet.secrets)),
    ].map((name) => `${where}: fleet.yml has no "${name}"`);
  });
  expect(faults).toEqual([]);
});

/** What is neither a workflow, nor steps, nor a fleet file (fleet.test.ts reads it) has to be a configuration file. */
function isConfiguration({ where, text }: Piece): boolean {
  // Inputs of a step: docs-steps.test.ts reads them.
  if (where.startsWith('docs/inputs.md ')) return false;
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`this is no mapping and no list: ${text}`);
  return !Array.isArray(value) && !('jobs' in value) && !('accounts' in value);
}

test('every shown configuration file is valid', () => {
  const shown = blocks.filter(isConfiguration);
  expect(shown.length).toBeGreaterThan(4);
  const faults = shown.flatMap(({ where, text }) => {
    const notes = new Diagnostics();
    readConfig(text, where, notes);
    return notes.errors.map(describeNote);
  });
  expect(faults).toEqual([]);
});

test('every shown workflow is complete, and every list is one of steps', () => {
  const faults = blocks.flatMap(({ where, text }) => {
    const value: unknown = parse(text);
    if (Array.isArray(value))
      return value.every((step) => 'uses' in step || 'run' in step)
        ? []
        : [`${where}: this is no list of steps`];
    if (!('jobs' in Object(value))) return [];
    return ['name', 'on', 'permissions']
      .filter((key) => !(key in Object(value)))
      .map((key) => `${where}: the workflow has no "${key}"`);
  });
  expect(faults).toEqual([]);
});

test('all JSON parses', () => {
  const shown = pages.flatMap((page) =>
    [...read(page).matchAll(/^```json\n(.*?)^```$/gms)].map(([, code = '']) => ({ page, code })),
  );
  expect(shown.length).toBeGreaterThan(4);
  for (const { page, code } of shown) expect(() => JSON.parse(code), page).not.toThrow();
});

test('every word of failure-reason is explained, in the issue form too', () => {
  const { description } = manifest.outputs['failure-reason'] as { readonly description: string };
  const reasons = description.replace(/^.*one of /, '').split(', ');
  expect(reasons.length).toBeGreaterThan(10);
  const anchors = anchorsOf(read('docs/troubleshooting.md'));
  expect(reasons.filter((reason) => !anchors.has(reason))).toEqual([]);
  const outputs = read('docs/outputs.md');
  expect(reasons.filter((reason) => !new RegExp(`^\\|.*\`${reason}\`.*\\|`, 'm').test(outputs))).toEqual([]);
  const form: unknown = parse(read('.github/ISSUE_TEMPLATE/bug.yml')).body.find(
    ({ id }: { id?: string }) => id === 'reason',
  ).attributes.options;
  expect(form).toEqual(expect.arrayContaining(reasons));
});

test('workflows grant nothing at the top, and use other actions by commit', () => {
  const own = filesBelow('.github/workflows', /\.yml$/);
  const open = own.filter((name) => {
    const { permissions } = parse(read(name)) as { permissions?: unknown };
    return JSON.stringify(permissions) !== '{}';
  });
  expect(open, 'files without "permissions: {}" at the top').toEqual([]);
  const loose = nodes.flatMap(({ where, node }) =>
    own.includes(where) &&
    typeof node.uses === 'string' &&
    !node.uses.startsWith('./') &&
    !/@[0-9a-f]{40}$/.test(node.uses)
      ? [`${where}: ${node.uses} is not pinned to a commit`]
      : [],
  );
  expect(loose).toEqual([]);
});

/** As GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)) {
    const plain = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\- _]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(plain) ?? 0;
    anchors.add(count === 0 ? plain : `${plain}-${count}`);
    seen.set(plain, count + 1);
  }
  return anchors;
}

test('every link inside of the repository leads to a file, and to a heading of it', () => {
  const faults = pages.flatMap((page) => {
    const text = read(page).replace(/^```.*?^```$/gms, '');
    return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^(https?|mailto):/.test(target)) return [];
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), decodeURI(path)));
      if (!existsSync(join(ROOT, file))) return [`${page}: there is no file ${path}`];
      if (anchor === undefined || !file.endsWith('.md')) return [];
      return anchorsOf(read(file)).has(decodeURI(anchor))
        ? []
        : [`${page}: ${file} has no heading #${anchor}`];
    });
  });
  expect(faults).toEqual([]);
});

test('each line of the threat model names tests that exist', () => {
  const [, table = ''] = read('docs/security.md').split('## Who can do what\n');
  const rows = [...table.matchAll(/^\| [^|]+ \| [^|]+ \| [^|]+ \| (`[^|]+) \|$/gm)].map(
    ([, tests = '']) => tests,
  );
  expect(rows.length).toBeGreaterThanOrEqual(7);
  const named = rows.flatMap((tests) => [...tests.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  expect(named.filter((name) => !existsSync(join(ROOT, `__tests__/${name}.test.ts`)))).toEqual([]);
});

test('pictures of the documentation exist', () => {
  const faults = pages.flatMap((page) =>
    [...read(page).matchAll(/<(?:img|source)[^>]* (?:src|srcset)="([^"]+)"/g)].flatMap(([, target = '']) =>
      /^https?:/.test(target) || existsSync(join(ROOT, dirname(page), target))
        ? []
        : [`${page}: there is no picture ${target}`],
    ),
  );
  expect(faults).toEqual([]);
});

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/npm run (?:-\S+ )*([\w:-]+)/g)].map(([, name = '']) => ({ page, name })),
  );
  expect(named.length).toBeGreaterThan(4);
  expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
});

test('README.md has at most 9 KB, and shows the commands of docs/quick-start.md', () => {
  const readme = read('README.md');
  expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(9000);
  const [, quickStart = ''] = readme.split('## Quick start\n');
  const shown = [...quickStart.matchAll(/^```(?:sh|yaml)\n.*?^```$/gms)].map(([code]) => code);
  expect(shown.length).toBeGreaterThan(4);
  const page = read('docs/quick-start.md');
  expect(shown.filter((code) => !page.includes(code))).toEqual([]);
});

test('files and folders that CONTRIBUTING.md and ARCHITECTURE.md name exist', () => {
  const named = ['CONTRIBUTING.md', 'ARCHITECTURE.md'].flatMap((page) =>
    [...read(page).matchAll(/\b(?:src|__tests__|scripts|iam|docs)\/[\w./-]*\w/g)].map(([name]) => name),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
});
