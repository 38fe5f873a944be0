import type { Outcome } from '../model/outcome.ts';
import { ADVANCED_PARAMETER_USD, IMAGE_GB_USD, LOG_GB_USD, SECRET_USD } from '../settings/prices.ts';
import type { Settings } from '../settings/settings.ts';
import { NOUNS } from './fields.ts';

/** @returns what still costs money when a destroy is over, or would if it were let; one line each. */
export function leftovers({ prefix, only }: Settings, outcomes: readonly Outcome[]): string[] {
  const lines = outcomes.flatMap((outcome) => {
    const { change, result } = outcome;
    const isGone = change.action === 'delete' && (result === 'done' || result === 'planned');
    const cost = isGone ? undefined : costOf(outcome);
    if (cost === undefined) return [];
    const owner = change.unwanted === true && change.observed === undefined ? ' (not ours)' : '';
    return [`still costs money: ${NOUNS[change.kind]} ${change.name}${owner}: ${cost}`];
  });
  if (lines.length > 0) return lines;
  const all = only.has('secrets') && only.has('repository') && only.has('log-group');
  return [
    `nothing that costs money is left of ${prefix}${all ? '' : ', as far as this run looked (only)'}; secrets that wait for their deletion cost nothing`,
  ];
}

function costOf({ change }: Outcome): string | undefined {
  if (change.unreadable !== undefined) return 'it could not be read, so its cost is not known';
  switch (change.kind) {
    case 'AWS::SecretsManager::Secret':
      return `$${SECRET_USD.toFixed(2)} a month`;
    case 'AWS::SSM::Parameter':
      return change.desired.fields.tier === 'Advanced'
        ? `$${ADVANCED_PARAMETER_USD.toFixed(2)} a month`
        : undefined;
    case 'AWS::Logs::LogGroup': {
      const bytes = change.observed?.facts.storedBytes;
      const now = bytes === undefined ? '' : ` (${bytes} bytes now)`;
      return `$${LOG_GB_USD.toFixed(2)} a month for each GB of logs${now}`;
    }
    case 'AWS::ECR::Repository':
      return `$${IMAGE_GB_USD.toFixed(2)} a month for each GB of images`;
    case 'Auth0::Application':
      return undefined;
  }
}
