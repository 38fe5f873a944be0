import { SECRET_CALLS_USD } from '../../kinds/secret.ts';
import { prose, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { type Alternative, alternatives, type Price, plannedPrice, price } from '../price.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';

/** Monthly price of existing and planned resources, and of other configurations. */
export function cost(run: Run): Section {
  const now = price(run.outcomes);
  const planned = plannedPrice(run.outcomes);
  const others = alternatives(run.desired.destinations, planned, run.settings.prefer);
  const rows = [row(messages.price.now(countText(now)), now.monthlyUsd, undefined)];
  if (planned.monthlyUsd !== now.monthlyUsd)
    rows.push(row(messages.price.planned(countText(planned)), planned.monthlyUsd, undefined));
  for (const { way, monthlyUsd } of others) rows.push(row(way, monthlyUsd, planned.monthlyUsd));
  return {
    ...table(messages.price.columns, rows),
    folded: richHtml(priceLine(run)),
    after: ['', rich(calls(run))],
    rank: 4,
  };
}

/** @returns the price of the configuration, as one line */
export function priceLine(run: Run): string {
  // An unconfirmed destroy has deleted nothing.
  const planned = run.settings.mode === 'destroy' ? price(run.outcomes) : plannedPrice(run.outcomes);
  const others = alternatives(run.desired.destinations, planned, run.settings.prefer);
  const isUnread = run.outcomes.some(({ change }) => change.unreadable !== undefined);
  return messages.folds.price(
    dollars(planned.monthlyUsd),
    countText(planned),
    isUnread ? messages.folds.priceUnknown : cheapest(others, planned.monthlyUsd),
  );
}

function cheapest(others: readonly Alternative[], monthlyUsd: number): string | undefined {
  const last = others.at(-1);
  return last === undefined || last.monthlyUsd >= monthlyUsd
    ? undefined
    : messages.price.ssm(dollars(last.monthlyUsd));
}

const dollars = (usd: number) => `$${usd.toFixed(2)}`;

function row(way: string, monthlyUsd: number, than: number | undefined): string[] {
  const difference = than === undefined ? 0 : Math.round(100 * (monthlyUsd - than)) / 100;
  const sign = difference === 0 ? '' : `${difference > 0 ? '+' : '−'}${dollars(Math.abs(difference))}`;
  return [
    prose(way),
    prose(dollars(monthlyUsd)),
    than === undefined ? '' : prose(sign || messages.price.same),
  ];
}

function countText({ secrets, advancedParameters }: Price): string {
  const parts = [`${secrets} secret${secrets === 1 ? '' : 's'}`];
  if (advancedParameters > 0)
    parts.push(`${advancedParameters} advanced parameter${advancedParameters === 1 ? '' : 's'}`);
  return parts.join(', ');
}

function calls({ calls: number, callsByService }: Run): string {
  const services = [...callsByService].sort(([a], [b]) => (a < b ? -1 : 1));
  const list = services.map(([service, count]) => `${service} ${count}`).join(', ');
  const usd = ((callsByService.get('secretsmanager') ?? 0) / 10_000) * SECRET_CALLS_USD;
  return messages.price.calls(number, list, usd.toFixed(6));
}
