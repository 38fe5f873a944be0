/** Secrets of every shape through answers that repeat them, are cut or are no answer: no text of a run holds one. */
import { afterAll, describe, expect, test } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { errorText } from '../../src/report/failure.ts';
import { Secret } from '../../src/secret.ts';
import { findCanaries, findLeaks } from '../action/leaks.ts';
import { passed } from '../action/outcome.ts';
import { runAction } from '../action/run.ts';
import { desiredFor, openBench, type Round } from '../resources/bench.ts';
import type { FaultKind } from '../servers/faults.ts';

const bench = await openBench();
afterAll(() => bench[Symbol.asyncDispose]());

const noise = (length: number): string =>
  Array.from({ length }, (_, index) => 'Zk9vQ2x7Lw4Tn'[(index * 7 + ((index / 13) | 0)) % 13]).join('');

/** Twelve, and what of each must be seen nowhere: the frame of a PEM is no secret. */
const SHAPES: Readonly<Record<string, readonly [value: string, needle?: string]>> = {
  'one character': ['¤'],
  PEM: [
    `-----BEGIN PRIVATE KEY-----\nMIIc4nary${noise(40)}\nc4naryPEM${noise(30)}=\n-----END PRIVATE KEY-----\n`,
    `MIIc4nary${noise(40)}\nc4naryPEM${noise(30)}=`,
  ],
  JSON: ['{"private_key":"c4nary-json-Qx","nested":{"a":["c4nary-json-Rx"]}}', 'c4nary-json-Qx'],
  'URL with a password': ['postgres://app:c4nary-url-Qx@db.internal:5432/app', 'c4nary-url-Qx'],
  'add-mask': ['::add-mask::c4nary-mask-Qx'],
  'error command': ['##[error]c4nary-command-Qx'],
  'stop-commands': ['::stop-commands::c4nary-stop-Qx'],
  'percent escapes': ['c4nary%0A::error::%25-percent-Qx'],
  quotes: ['c4nary"\'`\\$HOME-quotes-Qx'],
  Unicode: ['c4nary-ключ-秘密🔑-é'],
  Markdown: ['c4nary](https://evil.invalid)|<img src=x>-Qx'],
  '60 KB': [`c4nary-long-${noise(60_000)}`],
};
const entries = Object.entries(SHAPES);
const needles = entries.map(([, [value, needle]]) => needle ?? value);

/** What is small goes to parameters as well; all of it to one secret but the largest, which has its own. */
const configured = (): DesiredResource[] => [
  ...entries
    .filter(([, [value]]) => value.length < 4_000 && !value.includes('{{'))
    .map(([, [value]], index) =>
      desiredFor('AWS::SSM::Parameter', `/papyrus/prd/C${index}`, {
        value: new Secret(value),
        type: 'SecureString',
        'key-id': 'alias/aws/ssm',
      }),
    ),
  desiredFor('AWS::SecretsManager::Secret', 'papyrus/prd/small', {
    'key-id': 'alias/aws/secretsmanager',
    ...Object.fromEntries(
      entries
        .filter(([, [value]]) => value.length < 4_000)
        .map(([, [value]], index) => [`key:k${index}`, new Secret(value)]),
    ),
  }),
  desiredFor('AWS::SecretsManager::Secret', 'papyrus/prd/large', {
    'key-id': 'alias/aws/secretsmanager',
    'key:large': new Secret(SHAPES['60 KB']?.[0] ?? ''),
  }),
];

/** All that a run reports. */
function leaksOf({ outcomes, plan, notices }: Round): string[] {
  const texts: Record<string, string> = {
    errors: outcomes.map(({ error }) => (error === undefined ? '' : errorText(error))).join('\n'),
    notices: notices.join('\n'),
    plan: JSON.stringify(plan),
  };
  return Object.entries(texts).flatMap(([sink, text]) => findCanaries(sink, text, needles));
}

const SENT = ['PutParameter', 'CreateSecret', 'PutSecretValue'] as const;
/** What answers with values; of the rest AWS knows none. */
const READ = ['GetParameters', 'BatchGetSecretValue', 'GetSecretValue'] as const;
const echoed = entries.map(([, [value]]) => value).join("' and '");
const ECHOES: ReadonlyArray<readonly [code: string, status: number]> = [
  ['ValidationException', 400],
  ['InvalidParameterException', 400],
  ['InvalidRequestException', 400],
  ['AccessDeniedException', 400],
  ['EncryptionFailure', 400],
  ['LimitExceededException', 400],
  ['ThrottlingException', 400],
  ['ParameterPatternMismatchException', 400],
  ['InternalServerError', 500],
  ['UnknownOperationException', 404],
];

describe('a sent value', () => {
  test.each(ECHOES)('comes back in the message of %s (%i)', async (code, status) => {
    await bench.aws.reset();
    for (const operation of SENT)
      bench.aws.fault({
        operation,
        times: Number.POSITIVE_INFINITY,
        kind: { code, status, message: `Value '${echoed}' failed to satisfy constraint` },
      });
    const round = await bench.round(configured());
    expect(round.outcomes.every(({ result }) => result === 'failed')).toBe(true);
    expect(leaksOf(round)).toEqual([]);
  });

  test('comes back as the name of the error', async () => {
    await bench.aws.reset();
    for (const operation of SENT)
      bench.aws.fault({
        operation,
        times: Number.POSITIVE_INFINITY,
        kind: { code: 'c4nary-mask-Qx ::add-mask::c4nary-mask-Qx', status: 400, message: 'no' },
      });
    const round = await bench.round(configured());
    expect(leaksOf(round)).toEqual([]);
  });
});

describe('a read value', () => {
  const secret = 'c4nary-mask-Qx';
  const shapes: Record<string, object> = {
    'a number that is text': { Parameters: [{ Name: '/papyrus/prd/C0', Value: 'x', Version: secret }] },
    'a date that is text': {
      Parameters: [{ Name: '/papyrus/prd/C0', Value: 'x', LastModifiedDate: secret }],
    },
    'a list that is text': { Parameters: secret, SecretValues: secret, Errors: secret },
    'a text that is an object': {
      Parameters: [{ Name: '/papyrus/prd/C0', Value: { secret } }],
      SecretValues: [{ Name: 'papyrus/prd/small', SecretString: { secret } }],
    },
    'a secret that is no JSON': {
      SecretValues: [{ Name: 'papyrus/prd/small', VersionId: 'v', SecretString: `{"k0": ${secret}}` }],
      ARN: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/small',
      Name: 'papyrus/prd/small',
    },
    'a token that is a value': { CreatedDate: secret, VersionIdsToStages: secret, DeletedDate: secret },
    'binary that is text': { SecretValues: [{ Name: 'papyrus/prd/small', SecretBinary: `${secret}%%` }] },
  };
  test.each(Object.entries(shapes))('%s', async (_, answer) => {
    await bench.aws.reset();
    for (const operation of [...READ, 'DescribeSecret']) bench.aws.answer(operation, () => answer);
    const round = await bench.round(configured());
    expect(leaksOf(round)).toEqual([]);
  });

  const broken: FaultKind[] = ['cut-json', 'reset-body', 'html', 'server-error'];
  test.each(broken)('%s in all answers', async (kind) => {
    await bench.aws.reset();
    await bench.round(configured());
    bench.aws.fault({ operation: /^(Get|BatchGet)/, times: Number.POSITIVE_INFINITY, kind });
    const round = await bench.round(configured());
    expect(round.outcomes.every(({ result }) => result === 'failed')).toBe(true);
    expect(leaksOf(round)).toEqual([]);
  });

  test('comes back in the message of an error', async () => {
    for (const [code, status] of ECHOES) {
      await bench.aws.reset();
      for (const operation of READ)
        bench.aws.fault({
          operation,
          times: Number.POSITIVE_INFINITY,
          kind: { code, status, message: `cannot decrypt '${echoed}'` },
        });
      expect([code, leaksOf(await bench.round(configured()))]).toEqual([code, []]);
    }
  });
});

test('the bundle prints no sent or read value', async () => {
  await bench.aws.reset();
  const secrets = JSON.stringify(
    Object.fromEntries(entries.map(([, [value]], index) => [`CANARY_${index}_SECRET`, value])),
  );
  const files = {
    '.github/aws-bootstrap.yml':
      'rules:\n  - { match: [CANARY_1_SECRET, CANARY_11_SECRET], to: secret/canaries }\n  - { match: CANARY_*, to: secure-parameter }\n',
  };
  const run = (mode: string) =>
    runAction({ inputs: { prefix: '/papyrus/prd', secrets, mode }, files, env: bench.aws.env() });
  const end = bench.fault({
    operation: new RegExp(`^(${SENT.join('|')})$`),
    times: Number.POSITIVE_INFINITY,
    kind: { code: 'ValidationException', status: 400, message: `Value '${echoed}' is wrong` },
  });
  const refused = await run('apply');
  end();
  expect(refused.exitCode, refused.log).toBe(1);
  expect(findLeaks(refused, needles)).toEqual([]);
  const completed = passed(await run('apply'));
  expect(findLeaks(completed, needles)).toEqual([]);
  bench.aws.answer('GetParameters', () => ({
    Parameters: [{ Name: '/papyrus/prd/CANARY_4_SECRET', Value: 'x', Version: 'c4nary-mask-Qx' }],
  }));
  const rubbish = await run('drift');
  expect(findLeaks(rubbish, needles)).toEqual([]);
});
