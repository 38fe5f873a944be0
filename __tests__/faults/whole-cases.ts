/** What the whole runs' faults and kills stand on: each scene once without a fault, and the requests that it makes. */

import { isWell } from './scenes.ts';
import { type Asked, openWhole, type Whole, type WholeRun } from './whole.ts';
import { mustRun, SCENES, setScene, standing, type WholeScene } from './whole-scenes.ts';

/** A run that nothing happened to. */
export interface Clean {
  readonly scene: WholeScene;
  readonly asked: readonly Asked[];
  readonly told: readonly string[];
  readonly end: Readonly<Record<string, unknown>>;
  /** The names of all that it is about. */
  readonly names: readonly string[];
}

export { openWhole };

export async function playAll(whole: Whole): Promise<Clean[]> {
  const clean: Clean[] = [];
  for (const scene of SCENES) {
    const run = await mustRun(whole, await setScene(whole, scene));
    clean.push({
      scene,
      asked: run.asked,
      told: run.told,
      end: await standing(whole),
      names: [...new Set(run.outcomes.map(({ change }) => change.name))],
    });
  }
  return clean;
}

/** The same call asks for different things: what stands here by name, what is left over, what the neighbours have. */
export function roleOf({ name, input }: Asked): string {
  const text = JSON.stringify(input);
  if (name === 'ssm.DescribeParameters') {
    if (text.includes('"Recursive"')) return `${name} of neighbours`;
    return text.includes('"OneLevel"') ? `${name} of strays` : name;
  }
  return name === 'secretsmanager.ListSecrets' && text.includes('"tag-key"') ? `${name} of neighbours` : name;
}

/** The resources that a request is about; a value may happen to read like the name of another one. */
export function namesIn({ input }: Asked, names: readonly string[]): string[] {
  const texts: string[] = [];
  JSON.stringify(input, (key, value: unknown) => {
    if (key === 'Value') return undefined;
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return names.filter((name) =>
    texts.some(
      (text) => text === name || text.endsWith(`:log-group:${name}`) || text.endsWith(`:repository/${name}`),
    ),
  );
}

export const writesOf = ({ asked }: WholeRun): string[] =>
  asked.filter(({ write }) => write).map(({ name }) => name);

/** One run that must bring about all that is wanted, and one that must find nothing to do. */
export async function heal(whole: Whole, { scene, end }: Clean): Promise<string[]> {
  const step = scene.step(whole);
  const second = await whole.run(step);
  const ill = second.outcomes.filter((outcome) => !isWell(outcome));
  if (second.failure !== undefined || ill.length > 0)
    throw new Error(`not healed: ${second.failure}\n${second.printed}`);
  const third = await whole.run(step);
  const loud = third.outcomes.filter(({ result }) => result !== 'unchanged');
  if (third.failure !== undefined || loud.length > 0 || writesOf(third).length > 0)
    throw new Error(`not silent: ${third.failure} ${writesOf(third).join(' ')}\n${third.printed}`);
  // Not only what is asked for: what others put there stands as well.
  const found = await standing(whole);
  return [...new Set([...Object.keys(end), ...Object.keys(found)])].filter(
    (name) => JSON.stringify(sorted(found[name])) !== JSON.stringify(sorted(end[name])),
  );
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
