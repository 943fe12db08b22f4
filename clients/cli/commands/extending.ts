// The commands that let a lease run longer: extend, and approve-extension for operators.

import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { EXIT, usage } from '../exit-codes.ts';
import { numberOf } from '../options.ts';

type ExtendOptions = {
  readonly hours?: string;
  readonly until?: string;
  readonly idempotencyKey?: string;
};
type ApproveOptions = { readonly until: string; readonly why: string };

/** Adds `extend` and `approve-extension`. */
export function addExtending(program: Command, cli: Cli): void {
  addExtend(program, cli);
  addApprove(program, cli);
}

/** As the service takes it; a date and time without a zone would mean another instant elsewhere. */
function instantOf(text: string): string {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text) && Number.isFinite(Date.parse(text))) {
    return new Date(text).toISOString();
  }
  return usage(`--until must be an instant such as 2026-11-21T18:00:00Z, not ${text}`);
}

function addExtend(program: Command, cli: Cli): void {
  program
    .command('extend')
    .description('let a lease run longer; refused as a whole when a limit binds')
    .argument('<lease>', 'its id')
    .option('--hours <number>', 'so much on top of what it has')
    .option('--until <instant>', 'until then, such as 2026-11-21T18:00:00Z; safe to repeat')
    .option('--idempotency-key <text>', 'with --hours: the same key again adds nothing')
    .action((id: string, options: ExtendOptions, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        const { until, idempotencyKey } = options;
        const hours = numberOf('--hours', options.hours);
        if ((hours === undefined) === (until === undefined)) usage('give --hours or --until');
        const body = until === undefined ? { hours } : { until: instantOf(until) };
        showLease(await client.extendLease(id, body, { idempotencyKey, signal }));
        return EXIT.ok;
      }),
    );
}

function addApprove(program: Command, cli: Cli): void {
  program
    .command('approve-extension')
    .description('operators: let a lease be extended beyond the longest time')
    .argument('<lease>', 'its id')
    .requiredOption('--until <instant>', 'until then at the latest')
    .requiredOption('--why <text>', 'for those who ask later')
    .action((id: string, { until, why }: ApproveOptions, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        const body = { until: instantOf(until), why };
        showLease(await client.approveExtension(id, body, { signal }));
        return EXIT.ok;
      }),
    );
}
