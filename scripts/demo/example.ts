// The project in examples/flask-on-ecs: the step of its own workflow, with its .env.example and its task definition.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ActionRun } from '../../__tests__/action/run.ts';
import { LayoutWriter, makeImage, makeTar } from '../../__tests__/servers/registry-images.ts';
import { readDotenv } from '../../src/settings/dotenv.ts';
import type { Scene } from './scene.ts';

const PROJECT = fileURLToPath(new URL('../../examples/flask-on-ecs', import.meta.url));
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

interface Workflow {
  readonly jobs: {
    readonly deploy: {
      readonly steps: ReadonlyArray<{
        readonly uses?: string;
        readonly with?: Readonly<Record<string, unknown>>;
      }>;
    };
  };
}

/** Writes what the steps before would have left: the checked out file, and the image that buildx has built. */
export async function writeProject(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(join(PROJECT, 'task-definition.json'), join(folder, 'task-definition.json'));
  const layout = new LayoutWriter();
  layout.list(layout.image(makeImage(['python', 'the requirements', 'the application'])));
  await writeFile(join(folder, 'built.tar'), makeTar(layout.entries()));
}

/** @returns the scenes, with the inputs as the workflow gives them; its expressions are filled in as the runner would. */
export async function openProject(): Promise<readonly Scene[]> {
  const dotenv = await readFile(join(PROJECT, '.env.example'), 'utf8');
  const { jobs }: Workflow = parse(await readFile(join(PROJECT, '.github/workflows/deploy.yml'), 'utf8'));
  const step = jobs.deploy.steps.find(({ uses }) => uses?.startsWith('papyrus/aws-bootstrap@'));
  if (step?.with === undefined) throw new Error('the workflow of the example has no step of this action');
  const values: Readonly<Record<string, string>> = {
    '${{ secrets.DOTENV }}': dotenv,
    '${{ runner.temp }}/papyrus.tar': 'built.tar',
    '${{ github.sha }}': COMMIT,
  };
  const inputs = Object.fromEntries(
    Object.entries(step.with).map(([name, value]) => [
      name,
      Object.entries(values).reduce((text, [from, to]) => text.replaceAll(from, to), String(value)),
    ]),
  );
  const names = readDotenv(dotenv).entries.map(({ key }) => key);
  const judge = (run: ActionRun) => complaintsOf(run, names);
  return [
    {
      name: 'example',
      title:
        'examples/flask-on-ecs: the step of its workflow, with its .env.example, image and task definition',
      inputs: () => inputs,
      judge,
      expected: {
        exitCode: 0,
        writes: 'some',
        outputs: { changed: 'true', blocked: '0', 'failure-reason': '' },
      },
    },
    {
      name: 'example-again',
      title: 'the same push once more: nothing is written, and the task definition is complete all the same',
      inputs: () => inputs,
      judge,
      expected: {
        exitCode: 0,
        writes: 0,
        outputs: { changed: 'false', 'config-changed': 'false', drifted: 'false' },
      },
    },
  ];
}

/** @returns what the completed task definition lacks. */
async function complaintsOf(run: ActionRun, names: readonly string[]): Promise<string[]> {
  const path = run.outputs['task-definition'] ?? '';
  if (path === '') return ['the task definition is not completed'];
  const [container] = JSON.parse(await readFile(path, 'utf8')).containerDefinitions;
  const given = container.secrets.map(({ name }: { readonly name: string }) => name);
  return [
    ...names.filter((name) => !given.includes(name)).map((name) => `the task does not get ${name}`),
    ...(String(container.image).endsWith(`@${run.outputs['image-digest']}`)
      ? []
      : [`its image is ${container.image}`]),
    ...(container.logConfiguration?.options?.['awslogs-group'] === '/ecs/papyrus'
      ? []
      : ['it has no log group']),
  ];
}
