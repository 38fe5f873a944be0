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

Made by \`npm run bench\` from [results.json](benchmarks/results.json); every table is one run, its variants in turn.
AWS is [moto](https://github.com/getmoto/moto) on the same machine, behind a proxy that counts calls and waits as long as the
column "latency" says. So these figures tell tools apart, and nothing of AWS's own speed. Ratios are steadier than seconds from one
machine to another, and shrink as the latency grows.

    npm run bench                  # everything, five rounds
    npm run bench -- seed 3        # one part, three rounds; parts are startup, seed and scale
    npm run bench:push -- 5        # the image, beside skopeo and docker push

Terraform takes part where \`terraform\` is installed and \`terraform init\` finds the AWS provider; the AWS CLI where \`aws\` is.`,
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
  return `## The article's case, beside what people use today

A log group with retention and a tag, 14 parameters, 3 JSON secrets, a repository; into an empty account, and again when
all of it stands. The script is the article's own commands, by the version of the AWS CLI that is named below. Terraform keeps its
state on the local disk.

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

From the start of the process to its end, or to the arrival of the first call; AWS answers at once here. "Every feature" has a
configuration file, an image, Auth0 and a pull request's comment. Runners start actions for \`node20\` on Node.js 24 today, so the ratios
on Node.js 24 are the ones to hold.

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

One variable in ten goes into a secret of its own; 60 ms of latency. The rest are parameters, which AWS lets be written at 3 a
second after the first 20, so a first apply of more than a few hundred is waiting; and read, ten by a call, at 40 calls a second,
which is what bounds a silent run of many. The column "quota" has the seconds that these rates give at the least; calls that wait
for them look like rounds. A burst that the reads begin with lets a run stay below it. Above ${MOST_APPLIED.toLocaleString('en')} variables the account is filled behind the
action's back. The emulator walks over all parameters at every listing, minutes a run at 3,000: so the silent runs and those with one
change get its answers as they were remembered from a run that is not measured.

${measuredOn(machines.scale)}

${table(['variables', 'secrets', 'run', 'seconds', 'quota', 'calls', 'writes', 'rounds', 'MiB at the peak'], rows)}

![Time by variables](benchmarks/scale-time.svg)

![Memory by variables](benchmarks/scale-memory.svg)`;
}
