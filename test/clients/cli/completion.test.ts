// Completion scripts for zsh and fish: they name every command and flag, and their shells can read
// them. What no shell reads for us, because it isn't installed here, is checked for its quotes.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { completionFor } from '../../../clients/cli/completion.ts';
import { createProgram } from '../../../clients/cli/program.ts';
import { aHome } from './run-cli.ts';

const unused = (): never => {
  throw new Error('a completion script runs no command');
};
const program = createProgram({ run: unused });
const script = { zsh: completionFor(program, 'zsh'), fish: completionFor(program, 'fish') };

/** Options that only parse a script and run nothing of it. */
const PARSE = { zsh: ['-n'], fish: ['--no-execute'] } as const;
const isInstalled = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** A program whose words are as bad as they can be for a shell. */
function awkward(): Command {
  const odd = new Command('gpu-shopper');
  odd.command('odd').description(`it's "$HOME" \\ and 'more'`).option('--flag <x>', "don't");
  return odd;
}

describe.each(['zsh', 'fish'] as const)('completion for %s', (shell) => {
  it('names every command and every flag', () => {
    for (const command of program.commands) {
      expect(script[shell]).toContain(command.name());
      for (const { long } of command.options) {
        expect(script[shell]).toContain(shell === 'fish' ? `-l ${long?.slice(2)} ` : long);
      }
    }
  });

  it.skipIf(!isInstalled(shell)).each([
    ['our own', script[shell]],
    ['awkward words', completionFor(awkward(), shell)],
  ])('can be read by its shell: %s', (_, text) => {
    const file = join(aHome(), 'completion');
    writeFileSync(file, text);
    const { status, stderr } = spawnSync(shell, [...PARSE[shell], file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('without its shell, completion', () => {
  const FISH_LINE =
    /^complete -c gpu-shopper( -f)?( -n (\w+|'[\w -]+'))( -f)?( -[al] ([\w-]+|'[\w -]+'))( -r)?( -d '([^'\\]|\\['\\])*')?$/;

  it('for fish is lines of whole words only', () => {
    const lines = [...script.fish.split('\n'), ...completionFor(awkward(), 'fish').split('\n')];
    expect(lines.filter((line) => line !== '' && !FISH_LINE.test(line))).toEqual([]);
  });

  it('for zsh closes whatever it opens, and quotes nothing', () => {
    const count = (word: RegExp): number => script.zsh.match(word)?.length ?? 0;
    expect(count(/\bcase\b/g)).toBe(count(/\besac\b/g));
    expect(count(/^ *for\b.*; do$/gm)).toBe(count(/^ *done$/gm));
    expect(script.zsh.replaceAll('"$word"', '').replaceAll('"$command"', '')).not.toMatch(/["'`]/);
  });
});
