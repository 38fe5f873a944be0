import type { Mode } from './choices.ts';
import { INPUTS } from './input-names.ts';
import { each, nearest, ParseError, quoted, readList } from './parse.ts';
import type { SettingSources } from './setting-sources.ts';

/** They speak of a run that writes, so a plan has none of them. */
const OF_WRITING: ReadonlySet<string> = new Set(['confirm', 'expect-plan']);

/**
 * Reads `require` of the configuration file: inputs that must not arrive empty. The runner cannot tell an empty input
 * from one that is not given, so a guard whose value got lost on its way (an output that GitHub dropped, a variable
 * that does not exist) is off; a file that demands it makes that an input error.
 * @param mode `confirm` and `expect-plan` are demanded of runs that write only
 */
export function readRequired(sources: SettingSources, inputs: ReadonlyMap<string, string>, mode: Mode): void {
  const names = sources.read('require', [], (value) =>
    each(readList(value), (name) => {
      if (!INPUTS.some((input) => input === name))
        throw new ParseError(`${quoted(name)} is no input of this action${nearest(name, INPUTS)}`);
      return name;
    }),
  );
  const writes = mode === 'apply' || mode === 'destroy';
  for (const name of new Set(names)) {
    if ((inputs.get(name) ?? '').trim() !== '' || (OF_WRITING.has(name) && !writes)) continue;
    sources.fault(
      'require',
      `the input ${name} is empty, and this file requires it. Give it to the step; if the workflow does, check where its value comes from: an output of a job that GitHub dropped, and a secret or variable that does not exist, arrive empty`,
    );
  }
}
