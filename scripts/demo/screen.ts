import type { Seen } from './expectation.ts';

/** Colours only in a terminal, and where NO_COLOR does not forbid them. */
const colourful = process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
const paint = (code: number) => (text: string) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);
const cyan = paint(36);

const print = (text = '') => console.log(text);
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

export function opening(file: string): void {
  print(bold('aws-bootstrap: from a .env to a prepared AWS account'));
  print(`The .env is ${file}. The AWS is moto, on this machine: no account, no cost.`);
  print('It starts now; the first time it is installed into .cache before, which takes a minute or two.');
}

export function title(number: number, of: number, text: string): void {
  print();
  print(bold(cyan(`── ${number}/${of} ${text} `.padEnd(100, '─'))));
}

/** Lines that tell what somebody does or sees outside of the action. */
export function events(lines: readonly string[]): void {
  for (const line of lines) print(`  ${line}`);
}

/** Inputs that hold secrets. */
const SECRET = /secret$|^dotenv$/;

/** Long ones are cut here and whole in the file. */
const WIDTH = 150;

export function run(inputs: Readonly<Record<string, string>>, seen: Seen, folder: string): void {
  const { exitCode, log, durationMs, outputs } = seen.run;
  print(
    dim(
      `  with: ${Object.entries(inputs)
        .filter(([, value]) => value !== '')
        // As in a workflow, where it would be ${{ secrets.X }}.
        .map(([name, value]) => `${name}: ${SECRET.test(name) ? '***' : value.trim().replaceAll('\n', ', ')}`)
        .join(', ')}`,
    ),
  );
  for (const line of log.trimEnd().split('\n')) print(`  ${dim('│')} ${logLine(line)}`);
  const ending = exitCode === 0 ? green('exit code 0') : red(`exit code ${exitCode}`);
  print(`  ${ending} · ${seen.calls} calls, ${seen.writes} of them writes · ${seconds(durationMs)}`);
  print(`  outputs  ${FLAGS.map((name) => `${name}=${outputs[name] ?? ''}`).join('  ')}`);
  if (outputs['changed'] === 'true')
    for (const name of PLACES) print(`           ${name}=${cut(outputs[name] ?? '', 100)}`);
  print(`  files    ${folder} (log.txt, summary.md, outputs.json)`);
}

const FLAGS = ['changed', 'drifted', 'to-create', 'to-update', 'blocked', 'failure-reason'];
const PLACES = [
  'log-group-name',
  'repository-uri',
  'monthly-cost-usd',
  'config-fingerprint',
  'task-definition-secrets',
];

function logLine(line: string): string {
  const text = cut(line, WIDTH);
  if (line.startsWith('##[error]')) return red(text);
  if (line.startsWith('##[')) return dim(text);
  return line.startsWith('+') ? green(text) : text;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

export function verdict(faults: readonly string[]): void {
  if (faults.length === 0) print(`  ${green('✓ as expected')}`);
  for (const fault of faults) print(`  ${red(`✗ ${fault}`)}`);
}

export function closing(scenes: number, good: boolean, milliseconds: number): void {
  print();
  print(
    good
      ? green(bold(`${scenes} scenes, all as expected, in ${seconds(milliseconds)}.`))
      : red(bold('This is not as expected; see the lines with ✗. The scenes after it are left out.')),
  );
}
