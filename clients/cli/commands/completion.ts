// `gpu-shopper completion`: prints a script with which a shell completes commands and flags. It is
// made from the program that parses them.

import { Argument, type Command } from 'commander';
import { completionFor, SHELLS, type Shell } from '../completion.ts';

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script, as in: source <(gpu-shopper completion bash)')
    .addArgument(new Argument('<shell>', 'name of the shell').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(completionFor(program, shell));
    });
}
