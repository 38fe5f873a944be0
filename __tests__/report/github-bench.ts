import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { reportToGitHub } from '../../src/report/github.ts';
import type { Run } from '../../src/report/run.ts';
import type { Runner } from '../../src/settings/inputs.ts';
import { runner, workspace } from '../asking.ts';
import { GitHubServer } from '../servers/github.ts';

/** The event of a pull request. */
export const REQUEST = {
  pull_request: { number: 5, head: { repo: { full_name: 'papyrus/demo' } } },
  repository: { full_name: 'papyrus/demo', private: true },
};

/** Reports of runs to a GitHub server, in this process. */
export async function openGitHub() {
  const github = await GitHubServer.start();

  /** @returns the lines of the log. */
  async function tell(
    run: Run,
    more: Partial<Runner> = {},
    env: Record<string, string | undefined> = {},
  ): Promise<string[]> {
    const folder = workspace();
    const payload = join(folder, 'event.json');
    writeFileSync(payload, JSON.stringify(REQUEST));
    const all = {
      'INPUT_GITHUB-TOKEN': github.token,
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_PATH: payload,
      ...env,
    };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    try {
      await reportToGitHub(run, runner(folder, { repository: github.repository, ...more }));
    } finally {
      vi.restoreAllMocks();
    }
    return written
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('::add-mask::'));
  }
  return { github, tell, close: () => github[Symbol.asyncDispose]() };
}
