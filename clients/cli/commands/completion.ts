// `gpu-shopper completion`: a script that teaches a shell our commands and flags, made from the
// very program that parses them.

import { Argument, type Command } from 'commander';
import { completionFor, SHELLS, type Shell } from '../completion.ts';

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('a completion script, as in: source <(gpu-shopper completion bash)')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(completionFor(program, shell));
    });
}
