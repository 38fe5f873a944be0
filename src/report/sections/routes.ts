import { isTypeUnknown, type Placement } from '../../desired/placement.ts';
import { code, prose } from '../escape.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';

/** Above this many rows the table is folded. */
const FOLD = 25;

/** Where each variable goes, and why. */
export function routes({ desired }: Run): Section | undefined {
  const { placements } = desired;
  if (placements.length === 0) return undefined;
  const section = table(['Variable', 'Goes to', 'As', 'Because'], placements.map(row));
  return {
    title: 'Variables',
    ...section,
    ...(placements.length > FOLD ? { folded: `${placements.length} places of variables` } : {}),
  };
}

function row(placement: Placement): string[] {
  const { route, destination, name, empty } = placement;
  const notes = [route.reason];
  if (route.once) notes.push('written once, never overwritten');
  if (empty) notes.push('empty here, left as it is');
  const variable = code(route.variable.name);
  const because = prose(notes.join('; '));
  if (destination.store === 'secret')
    return [variable, `${code(name)} key ${code(destination.key)}`, 'JSON secret', because];
  return [variable, code(name), isTypeUnknown(placement) ? 'as it stands' : destination.type, because];
}
