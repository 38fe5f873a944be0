import { describe, expect, it } from 'vitest';
import { steps } from '../../src/report/messages.ts';
import { guidanceOf } from '../../src/report/sections/guidance.ts';
import { runOf } from './runs.ts';

const stepsAfter = (dotenv: string) => guidanceOf(runOf({ inputs: { dotenv, only: 'parameters' } })).may;

describe('a callback that reaches only the machine itself is reported', () => {
  it.each([
    'http://0.0.0.0:5000/callback',
    'http://localhost:5000/callback',
    'http://127.0.0.1:5000/callback',
    'http://[::1]:5000/callback',
    'http://[::]:5000/callback',
    'https://app.localhost/callback',
  ])('%s', (url) => {
    expect(stepsAfter(`AUTH0_CALLBACK_URL=${url}`)).toContain(steps.localCallback);
  });

  it.each([
    'https://localhost.example.com/callback',
    'https://127.example.com/callback',
    'http://203.0.113.7:5000/callback',
  ])('and %s is not', (url) => {
    expect(stepsAfter(`AUTH0_CALLBACK_URL=${url}`)).not.toContain(steps.localCallback);
  });

  it('and another variable is not', () => {
    expect(stepsAfter('OTHER_URL=http://localhost:5000/callback')).not.toContain(steps.localCallback);
  });
});
