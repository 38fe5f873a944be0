import { main } from './main.ts';

// The runner passes no arguments. fleet.yml does: its steps then need no packages beside the bundle.
if (process.argv[2] === 'fleet') void import('../scripts/fleet.mjs');
else void main();
