import { describe, expect, it } from 'vitest';
import { classifyError, QuotaBucket, retried } from '../../src/clients/aws-calls.ts';
import { StillClock, sdkError } from './clock.ts';

describe('an error is classified', () => {
  it.each<[what: string, error: unknown, found: string]>([
    ['throttling', sdkError('ThrottlingException', 400), 'throttled'],
    ['throttling by another name', sdkError('TooManyRequestsException', 429), 'throttled'],
    ['429 of whatever name', sdkError('Weird', 429), 'throttled'],
    ['429 with HTML', sdkError('SyntaxError', 429), 'throttled'],
    ['TooManyUpdates, which the SDK does not repeat', sdkError('TooManyUpdates', 400), 'conflict'],
    ['OperationAborted, neither', sdkError('OperationAbortedException', 400), 'conflict'],
    ['an internal error', sdkError('InternalServerError', 500), 'transient'],
    ['an internal error with 400', sdkError('InternalServiceError', 400), 'transient'],
    ['503 with HTML', sdkError('SyntaxError', 503), 'transient'],
    ['502 of whatever name', sdkError('Weird', 502), 'transient'],
    ['a truncated response', sdkError('SyntaxError', 200), 'transient'],
    ['a truncated response without a status', sdkError('SyntaxError'), 'transient'],
    [
      'a refusal that was cut',
      sdkError('SyntaxError', 404, { message: 'Unterminated string in JSON at position 40' }),
      'transient',
    ],
    [
      "a proxy's page",
      sdkError('SyntaxError', 403, { message: `Unexpected token '<', "<html>" is not valid JSON` }),
      'permanent',
    ],
    ['a time-out', sdkError('TimeoutError'), 'transient'],
    ['a reset', sdkError('Error', undefined, { code: 'ECONNRESET' }), 'transient'],
    ['a refused connection', sdkError('AggregateError', undefined, { code: 'ECONNREFUSED' }), 'transient'],
    ['a name server that is busy', sdkError('Error', undefined, { code: 'EAI_AGAIN' }), 'transient'],
    ['a host that does not exist', sdkError('Error', undefined, { code: 'ENOTFOUND' }), 'permanent'],
    [
      'a clock that is wrong',
      sdkError('InvalidSignatureException', 403, { message: 'Signature expired: 2026' }),
      'transient',
    ],
    [
      'a clock that is wrong, in the words of STS',
      sdkError('SignatureDoesNotMatch', 403, { message: 'Signature expired: 2026' }),
      'transient',
    ],
    ['a wrong signature, by the code of STS', sdkError('SignatureDoesNotMatch', 403), 'permanent'],
    [
      'a cut answer in XML',
      sdkError('Error', 200, { message: '@aws-sdk XML parse error: missing closing tag </Arn>.' }),
      'transient',
    ],
    [
      "a proxy's page where XML was to come",
      sdkError('Error', 403, { message: '@aws-sdk XML parse error: unexpected content.' }),
      'permanent',
    ],
    ['a wrong signature', sdkError('InvalidSignatureException', 403), 'permanent'],
    [
      'a quota, although the SDK classifies it as throttling',
      sdkError('LimitExceededException', 400),
      'permanent',
    ],
    ['no permission', sdkError('AccessDeniedException', 400), 'permanent'],
    ['expired credentials', sdkError('ExpiredTokenException', 400), 'permanent'],
    ['a refusal', sdkError('ValidationException', 400), 'permanent'],
    ['an existing resource', sdkError('ParameterAlreadyExists', 400), 'permanent'],
    ['no credentials', sdkError('CredentialsProviderError'), 'permanent'],
    ['no error at all', 'x', 'permanent'],
    ['undefined', undefined, 'permanent'],
  ])('%s', (_what, error, found) => {
    expect(classifyError(error)).toBe(found);
  });
});

/** Fails as often as there are errors, then answers. */
async function run(errors: readonly Error[], random = 1) {
  const clock = new StillClock(random);
  const bucket = new QuotaBucket({ perSecond: 1000, burst: 1000, concurrency: 1 }, clock);
  const left = [...errors];
  let calls = 0;
  let again = 0;
  const answer = await retried(
    async () => {
      calls += 1;
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'answer';
    },
    bucket,
    clock,
    () => {
      again += 1;
    },
  ).catch((error: unknown) => error);
  return { answer, calls, again, slept: clock.slept };
}

const times = (count: number, error: Error) => Array.from({ length: count }, () => error);

describe('a call is retried', () => {
  it('until it succeeds, and reports each delay', async () => {
    expect(await run(times(3, sdkError('InternalServerError', 500)))).toMatchObject({
      answer: 'answer',
      calls: 4,
      again: 3,
    });
  });

  it('eight times, then the last error is thrown', async () => {
    const error = sdkError('TooManyUpdates', 400);
    expect(await run(times(20, error))).toMatchObject({ answer: error, calls: 8, again: 7 });
  });

  it('sooner after a connection error', async () => {
    expect((await run(times(7, sdkError('Error', undefined, { code: 'ECONNRESET' })))).slept).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400,
    ]);
  });

  it('with full jitter, so that runs do not retry at the same time', async () => {
    expect((await run(times(3, sdkError('TooManyUpdates', 400)), 0.5)).slept).toEqual([250, 500, 1000]);
    expect((await run(times(3, sdkError('TooManyUpdates', 400)), 0)).slept).toEqual([0, 0, 0]);
  });

  it.each([
    ['2', 2000],
    ['0', 0],
    ['3600', 20_000],
    ['tomorrow', 0],
    ['-1', 0],
  ])('not before Retry-After: %s', async (header, expected) => {
    const error = sdkError('ServiceUnavailable', 503, { headers: { 'retry-after': header } });
    expect((await run([error], 0)).slept).toEqual([expected]);
  });

  it('at a lower rate after throttling', async () => {
    const clock = new StillClock(0);
    const bucket = new QuotaBucket({ perSecond: 1, burst: 5, concurrency: 1 }, clock);
    const left = [sdkError('ThrottlingException', 400)];
    await retried(
      async () => {
        const error = left.shift();
        if (error !== undefined) throw error;
      },
      bucket,
      clock,
    );
    expect(clock.slept).toEqual([0, 1250]);
  });
});
