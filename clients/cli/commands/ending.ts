// The commands that end a lease or follow it to its end: release, watch, and attest for operators.

import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { timeoutOf, timeoutOption } from '../options.ts';

type ReleaseOptions = { readonly wait?: boolean; readonly timeout: string };

/** Adds `release`, `watch` and `attest`. */
export function addEndings(program: Command, cli: Cli): void {
  addRelease(program, cli);
  addWatch(program, cli);
  addAttest(program, cli);
}

function addRelease(program: Command, cli: Cli): void {
  program
    .command('release')
    .description('end a lease; safe to repeat')
    .argument('<lease>', 'lease id')
    .option('--wait', 'wait until the instance is proved gone and the charge is settled')
    .addOption(timeoutOption())
    .action((id: string, options: ReleaseOptions, command: Command) =>
      cli.run(command, async ({ client, signal, showLease, progress }) => {
        const timeoutMs = timeoutOf(options.timeout);
        const released = await client.releaseLease(id, { signal });
        if (options.wait !== true) {
          showLease(released);
          return EXIT.ok;
        }
        const wait = { timeoutMs, signal, onEvent: progress };
        const ended = await client.waitFor(id, 'ended', wait);
        showLease(ended);
        return ended.endReason === 'released' ? EXIT.ok : EXIT.endedOtherwise;
      }),
    );
}

function addWatch(program: Command, cli: Cli): void {
  program
    .command('watch')
    .description('follow the events of a lease until it has ended, without ending it')
    .argument('<lease>', 'lease id')
    .action((id: string, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, showLease, printEvent }) => {
        showLease(await client.waitFor(id, 'ended', { signal, onEvent: printEvent }));
        return EXIT.ok;
      }),
    );
}

function addAttest(program: Command, cli: Cli): void {
  program
    .command('attest')
    .description('operators: attest that no instance of an ending lease is left, without proof')
    .argument('<lease>', 'lease id')
    .requiredOption('--why <text>', 'reason, kept in the records')
    .action((id: string, { why }: { readonly why: string }, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        showLease(await client.attestLease(id, { why }, { signal }));
        return EXIT.ok;
      }),
    );
}
