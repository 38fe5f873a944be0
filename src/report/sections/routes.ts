import type { Placement } from '../../desired/placement.ts';
import { code, prose } from '../escape.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';
import { storedTypes } from '../stored-type.ts';

/** Above this many rows the table is folded. */
const FOLD = 25;

/** Where each variable goes, and why. */
export function routes({ desired, plan }: Run): Section | undefined {
  const { placements } = desired;
  if (placements.length === 0) return undefined;
  const typeOf = storedTypes(plan);
  const section = table(
    ['Variable', 'Goes to', 'As', 'Because'],
    placements.map((placement) => row(placement, typeOf(placement))),
  );
  return {
    title: 'Variables',
    ...section,
    ...(placements.length > FOLD ? { folded: `${placements.length} places of variables` } : {}),
  };
}

function row({ route, destination, name, empty }: Placement, type: string | undefined): string[] {
  const notes = [route.reason];
  if (route.once) notes.push('written once, never overwritten');
  if (empty) notes.push('empty here, left as it is');
  if (destination.store === 'parameter' && destination.type === 'String' && type === 'SecureString')
    notes.push('stored encrypted already, so it stays encrypted and hidden');
  const variable = code(route.variable.name);
  const because = prose(notes.join('; '));
  if (destination.store === 'secret')
    return [variable, `${code(name)} key ${code(destination.key)}`, 'JSON secret', because];
  return [variable, code(name), type ?? '', because];
}
