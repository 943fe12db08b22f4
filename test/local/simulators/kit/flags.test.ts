// The flags of a simulator that runs alone, and its keys: from a flag, a variable or the default.

import { describe, expect, it } from 'vitest';
import { readFlags, usageOf } from '../../../../local/simulators/kit/flags.ts';
import { flagOf, keyIn, variableOf } from '../../../../local/simulators/kit/keys.ts';

const known = { name: 'acme', keyFields: ['clientId', 'clientSecret'] };

describe('the keys of a simulator', () => {
  it('are named after their fields', () => {
    expect(flagOf('clientSecret')).toBe('client-secret');
    expect(variableOf('clientSecret')).toBe('SIM_CLIENT_SECRET');
  });

  it('come from the environment first, then from the command line', () => {
    const args = ['--client-id', 'by-flag', '--client-secret', 'by-flag'];
    const flags = readFlags(known, args, { SIM_CLIENT_SECRET: 'by-variable' });
    expect(flags?.options.keys).toEqual({ clientId: 'by-flag', clientSecret: 'by-variable' });
  });

  it('have a default value', () => {
    expect(readFlags(known, [], {})?.options.keys).toEqual({
      clientId: 'simulated-key',
      clientSecret: 'simulated-key',
    });
  });

  it('are named in the error when they are missing', () => {
    expect(keyIn({ clientId: 'i' }, 'clientId')).toBe('i');
    expect(() => keyIn({ clientId: 'i' }, 'clientSecret')).toThrow('clientSecret');
  });
});

describe('flags', () => {
  it('have defaults', () => {
    expect(readFlags(known, [], {})).toMatchObject({
      port: 0,
      clockPath: undefined,
      followsParent: false,
      options: { seed: 1, credit: 1_000, othersShare: 0, refusalRestarts: false },
    });
  });

  it.each([
    ['--refusal-restarts', { refusalRestarts: true }],
    ['--others=0.5', { othersShare: 0.5 }],
    ['--credit=7', { credit: 7 }],
    ['--seed=7', { seed: 7 }],
    ['--state=there', { statePath: 'there' }],
  ])('change what they say: %s', (flag, options) => {
    expect(readFlags(known, [flag], {})).toMatchObject({ options });
  });

  it.each(['--port=x', '--others=2', '--credit=', '--fast'])('refuse %s', (flag) => {
    expect(() => readFlags(known, [flag], {})).toThrow(flag.split('=')[0]);
  });

  it('are all listed by --help', () => {
    expect(readFlags(known, ['--help'], {})).toBeNull();
    expect(usageOf(known)).toMatch(/^npm run simulate -- acme .*\n[\s\S]*--client-id KEY/);
  });
});
