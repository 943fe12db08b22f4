// What operators do about charges: correct them, and compare them with the provider's.

import type { Command } from 'commander';
import { routes } from '../../../shared/api/contract/contract.ts';
import type { Body } from '../../client/replies.ts';
import { reconciliationLines } from '../charge-format.ts';
import type { Cli } from '../context.ts';
import { EXIT, usage } from '../exit-codes.ts';

type CorrectOptions = { readonly amount: string; readonly why: string; readonly key?: string };

function correctionOf({ amount, why }: CorrectOptions): Body<'correctCharge'> {
  const body = { amountMicroUsd: Number(amount), why };
  const [issue] = routes.correctCharge.body.safeParse(body).error?.issues ?? [];
  if (issue === undefined && /^-?\d+$/.test(amount)) {
    return routes.correctCharge.body.parse(body);
  }
  const flag = issue?.path[0] === 'why' ? '--why' : '--amount';
  return usage(`${flag} ${issue?.message ?? 'must be whole micro-dollars'}`);
}

function providerOf(provider: string | undefined): Body<'reconcileCharges'> {
  const body = routes.reconcileCharges.body.safeParse(provider === undefined ? {} : { provider });
  return body.data ?? usage(`--provider: ${body.error.issues[0]?.message}`);
}

/** Adds `correct` and `reconcile`. */
export function addCharges(program: Command, cli: Cli): void {
  program
    .command('correct <lease>')
    .description('operators: charge a settled lease more, or give back')
    .requiredOption('--amount <micro-usd>', 'whole micro-dollars; below zero to give back')
    .requiredOption('--why <text>', 'for those who ask later')
    .option('--key <text>', 'the same key again corrects nothing')
    .action((id: string, options: CorrectOptions, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        const { key: idempotencyKey } = options;
        showLease(
          await client.correctCharge(id, correctionOf(options), { idempotencyKey, signal }),
        );
        return EXIT.ok;
      }),
    );
  program
    .command('reconcile')
    .description('operators: compare a provider’s charges with ours, and true up what differs')
    .option('--provider <name>', 'which; not needed while only one reports its charges')
    .option('--last', 'what the last comparisons came to, without a new one')
    .action((options: { provider?: string; last?: boolean }, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        if (options.last === true) {
          const found = await client.readReconciliations({ signal });
          show(found, ({ reconciliations }) => reconciliations.flatMap(reconciliationLines));
          return EXIT.ok;
        }
        const wanted = providerOf(options.provider);
        show(await client.reconcileCharges(wanted, { signal }), reconciliationLines);
        return EXIT.ok;
      }),
    );
}
