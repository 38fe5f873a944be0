import { afterEach, expect } from 'vitest';
import { takeOffences } from './offences.ts';

afterEach(() => {
  expect(takeOffences()).toEqual([]);
});
