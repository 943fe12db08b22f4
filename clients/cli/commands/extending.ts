// The commands that extend a lease: extend, and approve-extension for operators.

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

/** An instant in UTC. A time without a zone is refused: it is ambiguous. */
function instantOf(text: string): string {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text) && Number.isFinite(Date.parse(text))) {
    return new Date(text).toISOString();
  }
  return usage(`--until must be an instant such as 2026-11-21T18:00:00Z, not ${text}`);
}

function addExtend(program: Command, cli: Cli): void {
  program
    .command('extend')
    .description('extend an active lease; refused when it would exceed a limit')
    .argument('<lease>', 'lease id')
    .option('--hours <number>', 'hours to add to its duration')
    .option('--until <instant>', 'new end, such as 2026-11-21T18:00:00Z; safe to repeat')
    .option('--idempotency-key <text>', 'with --hours: repeating the key adds nothing')
    .action((id: string, options: ExtendOptions, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        const { until, idempotencyKey } = options;
        const hours = numberOf('--hours', options.hours);
        if ((hours === undefined) === (until === undefined))
          usage('give either --hours or --until');
        const body = until === undefined ? { hours } : { until: instantOf(until) };
        showLease(await client.extendLease(id, body, { idempotencyKey, signal }));
        return EXIT.ok;
      }),
    );
}

function addApprove(program: Command, cli: Cli): void {
  program
    .command('approve-extension')
    .description('operators: allow extensions of a lease beyond the maximum duration')
    .argument('<lease>', 'lease id')
    .requiredOption('--until <instant>', 'latest end to allow, such as 2026-11-21T18:00:00Z')
    .requiredOption('--why <text>', 'reason, kept in the records')
    .action((id: string, { until, why }: ApproveOptions, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        const body = { until: instantOf(until), why };
        showLease(await client.approveExtension(id, body, { signal }));
        return EXIT.ok;
      }),
    );
}
