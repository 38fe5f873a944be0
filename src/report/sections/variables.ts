import type { ResolvedDestination } from '../../desired/destination.ts';
import { breakable, prose, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { shortName } from '../resources.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';
import { storedTypes } from '../stored-type.ts';
import { diagram } from './diagram.ts';

/** Where each variable goes, and why, with the diagram. */
export function variables({ desired, plan, settings }: Run): Section | undefined {
  const { destinations } = desired;
  if (destinations.length === 0) return undefined;
  const typeOf = storedTypes(plan);
  const section = table(
    messages.folds.variableColumns,
    destinations.map((destination) => row(destination, typeOf(destination), settings.prefix)),
  );
  const names = new Set(destinations.map(({ route }) => route.variable.name));
  return {
    ...section,
    folded: richHtml(messages.folds.variables(names.size)),
    after: ['', '```mermaid', diagram(destinations, typeOf), '```'],
    rank: 5,
  };
}

function row(
  { route, destination, kind, name, empty }: ResolvedDestination,
  type: string | undefined,
  prefix: string,
): string[] {
  const notes = [route.reason];
  if (route.once) notes.push('written once, never overwritten');
  if (empty) notes.push('empty here, left as it is');
  if (destination.store === 'parameter' && destination.type === 'String' && type === 'SecureString')
    notes.push('already stored encrypted, so it stays encrypted and hidden');
  const variable = breakable(route.variable.name);
  const blockedBy = prose(notes.join('; '));
  if (destination.store === 'secret')
    return [variable, `secret ${breakable(name)} key ${breakable(destination.key)}`, blockedBy];
  const short = shortName(kind, name, prefix);
  const place = short === route.variable.name ? '' : ` ${breakable(short)}`;
  return [variable, `${prose(type ?? '')} parameter${place}`, blockedBy];
}
