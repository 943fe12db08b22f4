// The flags of `npm start`: accepted values, and the error for each invalid one.

import { describe, expect, it } from 'vitest';
import { readFlags, USAGE } from '../../local/flags.ts';

describe('flags', () => {
  it('have the same defaults as the command line', () => {
    const flags = { port: 8787, folder: '.gpu-shopper', timeScale: 1, isDefault: true };
    expect(readFlags([], false)).toEqual({ kind: 'run', flags });
  });

  it('set port, folder and time scale', () => {
    const args = ['--port', '0', '--data=there', '--time-scale', '300'];
    const flags = { port: 0, folder: 'there', timeScale: 300, isDefault: false };
    expect(readFlags(args, false)).toEqual({ kind: 'run', flags });
  });

  it('are listed by --help', () => {
    expect(readFlags(['--help'], false)).toEqual({ kind: 'help' });
  });

  it('are listed with the key variables of each provider', () => {
    expect(USAGE).toContain('\n  VAST_API_KEY: Vast.ai');
  });

  it.each([
    [['--port', '99999'], /^--port must be a whole number from 0 to 65535, not "99999"$/],
    [['--port', 'x'], /^--port must be a whole number/],
    [['--port='], /^--port must be a whole number/],
    [['--time-scale', '301'], /^--time-scale must be a whole number from 1 to 300, not "301"$/],
    [['--time-scale', '0'], /^--time-scale must be/],
    [['--time-scale', '0.5'], /^--time-scale must be/],
    [['--data', ''], /^--data must name a folder$/],
    [['--speed', '2'], /^Unknown option '--speed'[\s\S]*--time-scale N/],
    [['now'], /^Unexpected argument 'now'/],
  ])('%j are invalid, with a message that says why', (args, problem) => {
    expect(readFlags(args, false)).toEqual({
      kind: 'invalid',
      problem: expect.stringMatching(problem),
    });
  });

  it('allow no time scale with a real provider', () => {
    const problem = expect.stringContaining('--time-scale must be 1 with a real provider');
    expect(readFlags(['--time-scale', '2'], true)).toEqual({ kind: 'invalid', problem });
  });
});
