// docs/costs.md has the prices of the code: those that the summary and `monthly-cost-usd` are made of.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOG_GB_USD } from '../src/kinds/log-group.ts';
import { ADVANCED_PARAMETER_USD } from '../src/kinds/parameter.ts';
import { IMAGE_GB_USD } from '../src/kinds/repository.ts';
import { SECRET_CALLS_USD, SECRET_USD } from '../src/kinds/secret.ts';
import { ask } from './asking.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const PAGE = read('docs/costs.md');
const SEED = read('examples/seed.env');
const dollars = (usd: number) => `$${usd.toFixed(2)}`;

/** What the page takes for its columns: variables, and the bundles that hold them. */
const COLUMNS = [
  { variables: 3, bundles: 1 },
  { variables: 15, bundles: 3 },
  { variables: 100, bundles: 10 },
];

test('the table of stores is computed with the prices of the code', () => {
  const [, shown = ''] = /<!-- costs -->\n(.*?)\n<!-- \/costs -->/s.exec(PAGE) ?? [];
  const row = (name: string, price: (column: (typeof COLUMNS)[number]) => number) =>
    `| ${[name, ...COLUMNS.map((column) => dollars(price(column)))].join(' | ')} |`;
  const counts = COLUMNS.map(({ bundles }) => bundles);
  expect(shown.split('\n')).toEqual([
    `| | ${COLUMNS.map(({ variables }) => `${variables} variables`).join(' | ')} |`,
    '| --- | --- | --- | --- |',
    row('Parameter Store, Standard (up to 4 KB each)', () => 0),
    row('Parameter Store, Advanced (up to 8 KB each)', ({ variables }) => variables * ADVANCED_PARAMETER_USD),
    row(
      `Secrets Manager, in bundles (${counts.slice(0, -1).join(', ')} and ${counts.at(-1)} secrets)`,
      ({ bundles }) => bundles * SECRET_USD,
    ),
    row('Secrets Manager, one secret for each variable', ({ variables }) => variables * SECRET_USD),
  ]);
});

test('the other prices are those of the code', () => {
  for (const line of [
    `| calls to Secrets Manager | ${dollars(SECRET_CALLS_USD)} for 10,000 |`,
    `| storage of logs | ${dollars(LOG_GB_USD)} for each GB a month; ingestion is extra |`,
    `| storage of images | ${dollars(IMAGE_GB_USD)} for each GB a month |`,
  ])
    expect(PAGE.split('\n')).toContain(line);
  // One run an hour.
  const [, calls = '', usd = ''] = /about ([\d,]+) calls a month: (\$[\d.]+)\./.exec(PAGE) ?? [];
  expect(Number(calls.replace(',', ''))).toBe(5 * 24 * 30);
  expect(usd).toBe(dollars((5 * 24 * 30 * SECRET_CALLS_USD) / 10_000));
});

test('the example has the variables, the secrets and the price that the page names', () => {
  const { desired, variables, faults } = ask({ inputs: { dotenv: SEED } });
  expect(faults).toEqual([]);
  const secrets = new Set(
    desired.destinations.flatMap(({ kind, name }) => (kind === 'AWS::SecretsManager::Secret' ? [name] : [])),
  );
  expect(PAGE).toContain(
    `has ${variables.length} variables and ${secrets.size} secrets, ${dollars(secrets.size * SECRET_USD)} a month`,
  );
});

test('the free configuration has no secret', () => {
  const [, config = ''] = /^```yaml\n(.*?)^```$/ms.exec(PAGE.split('## Pay nothing')[1] ?? '') ?? [];
  const { desired, faults } = ask({ config, inputs: { dotenv: SEED } });
  expect(faults).toEqual([]);
  expect(desired.destinations.length).toBeGreaterThan(15);
  expect(desired.destinations.filter(({ kind }) => kind !== 'AWS::SSM::Parameter')).toEqual([]);
});
