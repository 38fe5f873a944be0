import type { Mode } from './choices.ts';
import { INPUTS } from './input-names.ts';
import type { Layers } from './layers.ts';
import { each, nearest, quoted, readList, Unclear } from './texts.ts';

/** They speak of a run that writes, so a plan has none of them. */
const OF_WRITING: ReadonlySet<string> = new Set(['confirm', 'expect-plan']);

/**
 * Reads `require` of the configuration file: inputs that must not arrive empty. The runner cannot tell an empty input
 * from one that is not given, so a guard whose value got lost on its way (an output that GitHub dropped, a variable
 * that does not exist) is off; a file that demands it makes that an input error.
 * @param mode `confirm` and `expect-plan` are demanded of runs that write only
 */
export function readRequired(layers: Layers, inputs: ReadonlyMap<string, string>, mode: Mode): void {
  const names = layers.read('require', [], (value) =>
    each(readList(value), (name) => {
      if (!INPUTS.some((input) => input === name))
        throw new Unclear(`${quoted(name)} is no input of this action${nearest(name, INPUTS)}`);
      return name;
    }),
  );
  const writes = mode === 'apply' || mode === 'destroy';
  for (const name of new Set(names)) {
    if ((inputs.get(name) ?? '').trim() !== '' || (OF_WRITING.has(name) && !writes)) continue;
    layers.fault(
      'require',
      `the input ${name} is empty, and this file requires it. Give it to the step; if the workflow does, look at where its value comes from: an output of a job that GitHub dropped, and a secret or variable that does not exist, arrive empty`,
    );
  }
}
