import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that begin before all others: those that work longest, and among them those that wait in earnest (a change of
 * type half a minute, AWS's own rates, the patience with a server that fails), so that the one runs beside the other.
 */
export const FIRST = [
  // Installs what it needs.
  'servers/cfn-lint',
  'action/move',
  'faults/matrix',
  'faults/kills',
  'action/classes',
  'faults/races',
  'action/scenarios-secrets',
  'resources/tiers',
  'action/calls',
  'resources/secret-interleavings',
  'action/scenarios-modes',
  'clients/answers',
  'cli/leaks',
  'cli/terminal',
  'cli/install',
  'cli/init',
  'cli/pipe',
  'cli/doctor',
  'cli/export',
  'docs-quick-start',
].map((name) => `__tests__/${name}.test.ts`);

/** Long waits first, and pure files last and together: a worker is kept only from one of them to the next. */
export class WaitsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const first = FIRST.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(name));
      if (first >= 0) return first;
      return project.name === 'pure' ? FIRST.length + 1 : FIRST.length;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
