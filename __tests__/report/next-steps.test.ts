import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../src/report/sections/next-steps.ts';
import { runOf } from './runs.ts';

const stepsAfter = (dotenv: string) =>
  nextSteps(runOf({ inputs: { dotenv, only: 'parameters' } }))?.rows.join('\n') ?? '';

describe('a callback that reaches only the machine itself is told', () => {
  it.each([
    'http://0.0.0.0:5000/callback',
    'http://localhost:5000/callback',
    'http://127.0.0.1:5000/callback',
    'http://[::1]:5000/callback',
    'http://[::]:5000/callback',
    'https://app.localhost/callback',
  ])('%s', (url) => {
    expect(stepsAfter(`AUTH0_CALLBACK_URL=${url}`)).toContain('run with `app-url`');
  });

  it.each([
    'https://localhost.example.com/callback',
    'https://127.example.com/callback',
    'http://203.0.113.7:5000/callback',
  ])('and %s is not', (url) => {
    expect(stepsAfter(`AUTH0_CALLBACK_URL=${url}`)).not.toContain('app-url');
  });

  it('and another variable is not', () => {
    expect(stepsAfter('OTHER_URL=http://localhost:5000/callback')).not.toContain('app-url');
  });
});
