import type { ResolvedDestination } from '../../src/desired/destination.ts';
import { Secret } from '../../src/secret.ts';

/** @returns the destination of a variable: a name with a slash before it is a parameter's, another a secret's. */
export function destination(
  variable: string,
  name: string,
  { empty = false, key = variable }: { empty?: boolean; key?: string } = {},
): ResolvedDestination {
  const isSecret = !name.startsWith('/');
  const destination = isSecret
    ? { store: 'secret' as const, bundle: name.split('/').at(-1) ?? '', key }
    : { store: 'parameter' as const, type: 'String' as const, segment: variable };
  return {
    route: {
      variable: {
        name: variable,
        value: new Secret(empty ? '' : 'x'),
        source: 'dotenv',
        where: 'input dotenv',
      },
      destinations: [destination],
      reason: 'a test',
      class: isSecret ? 'secret' : 'plain',
      shown: !isSecret,
      once: false,
      explicit: false,
    },
    destination,
    kind: isSecret ? 'AWS::SecretsManager::Secret' : 'AWS::SSM::Parameter',
    name,
    empty,
  };
}
