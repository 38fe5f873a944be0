import assert from 'node:assert/strict';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { type ActionRun, runAction } from '../../__tests__/action/run.ts';
import { openOf } from '../../__tests__/action/stage.ts';
import { type Content, contentOf, readWholeAccount, type WholeAccount } from './account.ts';
import type { Emulator } from './emulator.ts';

type Texts = Readonly<Record<string, string>>;

/** Part of a story: what the part before left exists. */
export interface Scene {
  readonly title: string;
  play(): Promise<void>;
}

/** What one run of the action must come to. */
export interface Expected {
  /** Name → action, of all that is not as configured; not held where it is left out. */
  readonly open?: Texts;
  /** Names of the operations that write, sorted; not held where it is left out. */
  readonly writes?: readonly string[];
  readonly exitCode?: number;
}

export const CONFIG = '.github/aws-bootstrap.yml';
export const SILENT: Expected = { open: {}, writes: [] };
export const MADE = { 'managed-by': 'aws-bootstrap' };

export class Narrator {
  readonly emulator: Emulator;
  readonly #inputs: Texts;
  readonly #files: Texts;

  /**
   * @param inputs of all runs
   * @param files of all runs, by path
   */
  constructor(emulator: Emulator, inputs: Texts, files: Texts = {}) {
    this.emulator = emulator;
    this.#inputs = inputs;
    this.#files = files;
  }

  /** Runs what ships. @returns its outputs */
  async run(
    inputs: Texts,
    { open, writes, exitCode = 0 }: Expected,
    files: Texts = {},
  ): Promise<ActionRun['outputs']> {
    this.emulator.forget();
    await using run = await runAction({
      inputs: { ...this.#inputs, ...inputs },
      files: { ...this.#files, ...files },
      env: this.emulator.env(),
    });
    assert.equal(run.exitCode, exitCode, run.log);
    if (open !== undefined) assert.deepEqual(openOf(run), open);
    if (writes !== undefined) assert.deepEqual(this.emulator.writes().sort(), writes);
    return run.outputs;
  }

  read(): Promise<WholeAccount> {
    return readWholeAccount(this.emulator.clients);
  }

  /** The account holds this and nothing else. */
  async holds(content: Content): Promise<void> {
    assert.deepEqual(contentOf(await this.read()), content);
  }

  async repositoryArn(): Promise<string> {
    const { repositories = [] } = await this.emulator.clients.ecr.send(new DescribeRepositoriesCommand({}));
    return repositories[0]?.repositoryArn ?? '';
  }

  /** As the calls for tags take it. */
  async logGroupArn(): Promise<string> {
    const { logGroups = [] } = await this.emulator.clients.logs.send(new DescribeLogGroupsCommand({}));
    return logGroups[0]?.arn?.replace(/:\*$/, '') ?? '';
  }
}

export const parameter = (
  value: string,
  tags: Texts,
  more: { readonly type?: string; readonly key?: string } = {},
): Content['parameters'][string] => ({
  type: 'String',
  value,
  tier: 'Standard',
  key: undefined,
  tags,
  ...more,
});

/** @param value undefined where it is scheduled for deletion */
export const secret = (value: unknown, tags: Texts, key?: string): Content['secrets'][string] => ({
  value,
  key,
  tags,
});

/** Entries without some of the names. */
export const without = <Value>(named: Readonly<Record<string, Value>>, ...names: string[]) =>
  Object.fromEntries(Object.entries(named).filter(([name]) => !names.includes(name)));
