import { afterAll, beforeEach } from 'vitest';
import { type Account, account } from '../action/account.ts';
import { openStage, type Stage } from '../action/stage.ts';
import { type Bench, openBench } from '../resources/bench.ts';
import { type AwsOptions, type AwsServer, startAws } from './aws.ts';
import { GitHubServer } from './github.ts';

// Servers of one test file: they are empty before each test, and end after the last one.

export async function awsForFile(options: AwsOptions = {}): Promise<AwsServer> {
  const aws = await startAws(options);
  afterAll(() => aws.close());
  beforeEach(() => aws.reset());
  return aws;
}

export async function accountForFile(options: AwsOptions = {}): Promise<{ aws: AwsServer; at: Account }> {
  const aws = await awsForFile(options);
  return { aws, at: account(aws) };
}

export async function githubForFile(): Promise<{ aws: AwsServer; github: GitHubServer }> {
  const [aws, github] = await Promise.all([awsForFile(), GitHubServer.start()]);
  afterAll(() => github[Symbol.asyncDispose]());
  beforeEach(() => github.reset());
  return { aws, github };
}

export async function stageForFile(): Promise<Stage> {
  const stage = await openStage();
  afterAll(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.aws.reset());
  return stage;
}

export async function benchForFile(): Promise<Bench> {
  const bench = await openBench();
  afterAll(() => bench[Symbol.asyncDispose]());
  beforeEach(() => bench.aws.reset());
  return bench;
}
