/** The examples of docs/migrating.md: what another tool made is adopted with the configuration of the page, and nothing is made twice. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { awsForFile } from '../servers/for-file.ts';
import { account } from './account.ts';
import { passed } from './outcome.ts';

const aws = await awsForFile();
const at = account(aws, '');

const PAGE = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8');

/** @returns the .env and the configuration that a section shows */
function example(heading: string) {
  const section = PAGE.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const block = (language: string) =>
    new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(section)?.[1] ?? '';
  const [dotenv, config] = [block('dotenv'), block('yaml')];
  expect([dotenv, config], heading).not.toContain('');
  return { inputs: { dotenv }, more: { files: { '.github/aws-bootstrap.yml': config } } };
}

/** Plan, apply, and a second apply that writes nothing. */
async function adopts(heading: string, resources: number) {
  const { inputs, more } = example(heading);
  const planned = passed(await at.step({ ...inputs, mode: 'plan' }, more));
  expect(planned.outputs).toMatchObject({
    'to-create': '0',
    'to-update': String(resources),
    'to-delete': '0',
    blocked: '0',
  });
  passed(await at.step({ ...inputs, mode: 'apply' }, more));
  aws.forget();
  expect((await at.step({ ...inputs, mode: 'apply' }, more)).outputs['changed']).toBe('false');
  expect(aws.writes()).toEqual([]);
}

const ADOPTED = { 'managed-by': 'aws-bootstrap:adopted' };

describe('docs/migrating.md', () => {
  it('adopts the parameters of copilot secret init where they are, with their tags', async () => {
    const tags = { 'copilot-application': 'papyrus', 'copilot-environment': 'prod' };
    const P = '/copilot/papyrus/prod/secrets';
    await at.putParameter(`${P}/DB_PASSWORD`, tags, 'not-a-real-db-password', 'SecureString');
    await at.putParameter(`${P}/STRIPE_API_KEY`, tags, 'not-a-real-stripe-key', 'SecureString');
    await adopts('From AWS Copilot', 2);
    expect(await at.parameters()).toEqual([`${P}/DB_PASSWORD`, `${P}/STRIPE_API_KEY`]);
    expect(await at.parameter(`${P}/DB_PASSWORD`)).toEqual({
      value: 'not-a-real-db-password',
      type: 'SecureString',
      version: 1,
      tags: { ...tags, ...ADOPTED },
    });
  });

  it('adopts what chamber wrote under names in lower case', async () => {
    const P = '/papyrus/prd';
    await at.putParameter(`${P}/db_password`, {}, 'not-a-real-db-password', 'SecureString');
    await at.putParameter(`${P}/stripe_api_key`, {}, 'not-a-real-stripe-key', 'SecureString');
    await adopts('From chamber', 2);
    expect(await at.parameters()).toEqual([`${P}/db_password`, `${P}/stripe_api_key`]);
    expect(await at.parameter(`${P}/db_password`)).toMatchObject({ version: 1, tags: ADOPTED });
  });

  it('adopts what a script created, and keeps its retention and the key of others', async () => {
    await at.createLogGroup('/ecs/papyrus');
    await at.setRetention('/ecs/papyrus', 14);
    await at.putParameter('/papyrus/prd/GUNICORN_WORKERS', {}, '2');
    await at.putParameter('/papyrus/prd/SMTP_PASSWORD', {}, 'not-a-real-smtp-password', 'SecureString');
    const keys = { username: 'papyrus', password: 'not-a-real-db-password', port: 5432 };
    await at.createSecret('papyrus/prd/db', {}, keys);
    await at.createRepository('papyrus');
    await adopts('From a CLI script', 5);
    const tags = { ...ADOPTED, project: 'portfolio' };
    expect(await at.logGroup('/ecs/papyrus')).toEqual({ retention: 14, tags });
    expect(await at.secret('papyrus/prd/db')).toMatchObject({ value: keys, tags });
    expect(await at.repository('papyrus')).toEqual({ tags });
    expect(await at.parameters()).toEqual(['/papyrus/prd/GUNICORN_WORKERS', '/papyrus/prd/SMTP_PASSWORD']);
  });

  it('leaves what Terraform tags, and adopts it without that tag', async () => {
    await at.createLogGroup('/ecs/papyrus');
    await at.setRetention('/ecs/papyrus', 30);
    const name = '/papyrus/prd/GUNICORN_WORKERS';
    await at.putParameter(name, { ManagedBy: 'Terraform' }, '2');
    const { inputs, more } = example('From Terraform');
    const blocked = await at.step({ ...inputs, mode: 'plan' }, more);
    expect(blocked.outputs['blocked']).toBe('1');
    await at.untagParameter(name, ['ManagedBy']);
    await adopts('From Terraform', 2);
    expect((await at.logGroup('/ecs/papyrus'))?.retention).toBe(30);
    expect(await at.parameter(name)).toMatchObject({ value: '2', tags: ADOPTED });
  });
});
