import { SECRET_CALLS_USD } from '../../settings/prices.ts';
import { prose } from '../escape.ts';
import { type Alternative, alternatives, plannedPrice, price } from '../price.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';

/** Dollars a month: what stands, and what other ways would cost. */
export function cost(run: Run): Section {
  const now = price(run.outcomes);
  const planned = plannedPrice(run.outcomes);
  const rows = [row(`now: ${things(now.secrets, now.advancedParameters)}`, now.monthlyUsd, undefined)];
  if (planned.monthlyUsd !== now.monthlyUsd)
    rows.push(
      row(
        `as planned: ${things(planned.secrets, planned.advancedParameters)}`,
        planned.monthlyUsd,
        undefined,
      ),
    );
  const others = alternatives(run.desired.placements, planned, run.settings.prefer);
  for (const alternative of others)
    rows.push(row(alternative.way, alternative.monthlyUsd, planned.monthlyUsd));
  return {
    title: 'Price',
    ...(others.length === 0
      ? table(
          ['Way', 'US dollars a month'],
          rows.map((cells) => cells.slice(0, 2)),
        )
      : table(['Way', 'US dollars a month', 'Difference'], rows)),
    after: ['', footer(run)],
  };
}

function row(way: Alternative['way'], monthlyUsd: number, than: number | undefined): string[] {
  const difference = than === undefined ? 0 : Math.round(100 * (monthlyUsd - than)) / 100;
  const sign = difference === 0 ? '' : `${difference > 0 ? '+' : '−'}$${Math.abs(difference).toFixed(2)}`;
  return [
    prose(way),
    prose(`$${monthlyUsd.toFixed(2)}`),
    than === undefined ? '' : prose(sign || 'the same'),
  ];
}

function things(secrets: number, advancedParameters: number): string {
  const words = [`${secrets} secret${secrets === 1 ? '' : 's'}`];
  if (advancedParameters > 0)
    words.push(`${advancedParameters} advanced parameter${advancedParameters === 1 ? '' : 's'}`);
  return words.join(', ');
}

/** The same in one line, for who looks at the end only. */
function footer({ outcomes, calls, callsByService }: Run): string {
  const { secrets, advancedParameters, monthlyUsd } = price(outcomes);
  const services = [...callsByService].sort(([a], [b]) => (a < b ? -1 : 1));
  const list = services.map(([service, number]) => `${service} ${number}`).join(', ');
  const usd = ((callsByService.get('secretsmanager') ?? 0) / 10_000) * SECRET_CALLS_USD;
  return `<sub>${things(secrets, advancedParameters)}: $${monthlyUsd.toFixed(2)} a month. ${calls} calls to AWS in this run (${list}; ${usd.toFixed(6)} dollars for those to Secrets Manager). Standard parameters are free.</sub>`;
}
