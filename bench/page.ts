import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pushPart } from './page-push.ts';
import { measuredOn, mebibytes, seconds, table } from './page-table.ts';
import { plots } from './plots.ts';
import type { Results, SeedRow } from './results.ts';
import { MOST_APPLIED } from './scale.ts';

/** Writes docs/benchmarks.md and its plots. @param docs the folder of the documentation */
export async function writePage(results: Results, docs: string): Promise<void> {
  await mkdir(join(docs, 'benchmarks'), { recursive: true });
  for (const [name, svg] of await plots(results))
    await writeFile(join(docs, 'benchmarks', `${name}.svg`), svg);
  await writeFile(join(docs, 'benchmarks.md'), page(results));
}

/** @returns the page as Markdown, made of the results alone */
export function page(results: Results): string {
  const parts = [
    `# Benchmarks

For anyone who asks how fast the action is, and for contributors who change something that costs time.

\`npm run bench\` makes this page from [results.json](benchmarks/results.json). Each table is one run.

AWS is [moto](https://github.com/getmoto/moto) on the same machine, behind a proxy that counts calls and adds the latency of the first column. The figures compare tools. They do not measure the speed of
AWS. Ratios vary less between machines than seconds, and shrink as the latency grows.

    npm run bench                  # everything, five rounds
    npm run bench -- seed 3        # one part, three rounds; parts are startup, seed and scale
    npm run bench:push -- 5        # the image, beside skopeo and docker push

The tables include Terraform if \`terraform init\` finds the AWS provider, and the AWS CLI if \`aws\` is installed.`,
    seedPart(results),
    startupPart(results),
    scalePart(results),
    pushPart(results),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const KINDS = { first: 'first run', again: 'nothing to do' } as const;

function seedPart({ seed, machines }: Results): string {
  if (seed === undefined) return '';
  const ours = (row: SeedRow) =>
    seed.rows.find(
      ({ tool, latencyMs, kind }) =>
        tool === 'aws-bootstrap' && latencyMs === row.latencyMs && kind === row.kind,
    )?.seconds ?? Number.NaN;
  const rows = seed.rows.map((row) => [
    `${row.latencyMs} ms`,
    KINDS[row.kind],
    row.tool,
    seconds(row.seconds),
    (row.seconds / ours(row)).toFixed(1),
    String(row.calls),
    String(row.writes),
    String(row.rounds),
    mebibytes(row.peakMiB),
  ]);
  const versions = [...new Set(seed.rows.map(({ tool, version }) => `${tool}: ${version}`))].join('; ');
  const missing = seed.missing.length === 0 ? '' : `\n\nLeft out: ${seed.missing.join('; ')}.`;
  return `## The example, beside the AWS CLI and Terraform

The run creates a log group with retention and a tag, 14 parameters, 3 JSON secrets and a repository. The second run finds all of them.

The script has the commands of the article. Terraform keeps its state on the local disk. Versions are below the table.

${measuredOn(machines.seed)}

${table(
  [
    'latency',
    'run',
    'tool',
    'seconds',
    '× aws-bootstrap',
    'calls',
    'writes',
    'dependent rounds',
    'MiB at the peak',
  ],
  rows,
)}

${versions}.${missing}

![Seconds of each tool](benchmarks/seed.svg)`;
}

function startupPart({ startup, machines }: Results): string {
  if (startup === undefined) return '';
  const rows = startup.map((row) => [
    row.node,
    row.variant,
    String(Math.round(row.seconds * 1000)),
    row.ratio.toFixed(1),
    mebibytes(row.peakMiB),
  ]);
  return `## Start-up

The time runs from the start of the process to its end, or to the first call. AWS answers without latency here. "Every feature" has a configuration file, an image, Auth0 and a comment on a pull request.

GitHub runs \`node20\` actions on Node.js 24 today, so the ratios on Node.js 24 matter most.

${measuredOn(machines.startup)}

${table(['Node.js', 'variant', 'ms', '× `node -e 0`', 'MiB until then'], rows)}

![Start-up](benchmarks/startup.svg)`;
}

function scalePart({ scale, machines }: Results): string {
  if (scale === undefined) return '';
  const rows = scale.map((row) => [
    String(row.variables),
    String(row.secrets),
    row.kind,
    seconds(row.seconds),
    seconds(row.quotaSeconds),
    String(row.calls),
    String(row.writes),
    String(row.rounds),
    mebibytes(row.peakMiB),
  ]);
  return `## Scale

One variable in ten is a secret of its own, and the others are parameters. The latency is 60 ms.

AWS accepts 3 parameter writes a second after the first 20. So a first apply of some hundred variables mostly waits. AWS accepts 40 reads a second, of ten parameters each, which bounds a run without changes.

The column "quota" has the seconds that these rates need. A run can be faster, since the first reads are a burst. Calls that wait count as rounds.

Above ${MOST_APPLIED.toLocaleString('en')} variables the account is filled behind the action. The emulator needs minutes to list 3,000 parameters. So these runs get its recorded answers from a run that is not measured.

${measuredOn(machines.scale)}

${table(['variables', 'secrets', 'run', 'seconds', 'quota', 'calls', 'writes', 'rounds', 'MiB at the peak'], rows)}

![Time by variables](benchmarks/scale-time.svg)

![Memory by variables](benchmarks/scale-memory.svg)`;
}
