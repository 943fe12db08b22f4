// Completion scripts for zsh and fish: they name every command and flag, and their shells can read
// them. Where a shell isn't installed, the test checks the structure and quotes of its script.

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

/** Options with which a shell parses a script without running it. */
const PARSE = { zsh: ['-n'], fish: ['--no-execute'] } as const;
const isInstalled = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** A program with characters that are special in shells. */
function specialCharacters(): Command {
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
    ['the program', script[shell]],
    ['special characters', completionFor(specialCharacters(), shell)],
  ])('is valid for its shell: %s', (_, text) => {
    const file = join(aHome(), 'completion');
    writeFileSync(file, text);
    const { status, stderr } = spawnSync(shell, [...PARSE[shell], file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('a completion script, checked without its shell', () => {
  const FISH_LINE =
    /^complete -c gpu-shopper( -f)?( -n (\w+|'[\w -]+'))( -f)?( -[al] ([\w-]+|'[\w -]+'))( -r)?( -d '([^'\\]|\\['\\])*')?$/;

  it('for fish has only complete lines', () => {
    const lines = [
      ...script.fish.split('\n'),
      ...completionFor(specialCharacters(), 'fish').split('\n'),
    ];
    expect(lines.filter((line) => line !== '' && !FISH_LINE.test(line))).toEqual([]);
  });

  it('for zsh closes all blocks and has no quotes', () => {
    const count = (word: RegExp): number => script.zsh.match(word)?.length ?? 0;
    expect(count(/\bcase\b/g)).toBe(count(/\besac\b/g));
    expect(count(/^ *for\b.*; do$/gm)).toBe(count(/^ *done$/gm));
    expect(script.zsh.replaceAll('"$word"', '').replaceAll('"$command"', '')).not.toMatch(/["'`]/);
  });
});
