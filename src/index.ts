import { main } from './main.ts';
import * as log from './report/log.ts';

// The runner passes no arguments. fleet.yml does: its steps then need no packages beside the bundle. So does
// dist/cli.js.
if (process.argv[2] === 'fleet') void fleet();
else if (process.argv[2] === 'cli')
  void import('./cli/main.ts').then(({ main }) => main(process.argv.slice(3)));
else void main();

async function fleet(): Promise<void> {
  try {
    await import('../scripts/fleet.mjs');
  } catch (error) {
    // An error here has no known kind, and its stack trace helps no user.
    const name = error instanceof Error ? error.name : 'unknown';
    log.fail({ reason: 'internal', text: `the fleet: an unexpected error (${name})` });
  }
}
