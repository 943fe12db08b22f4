// The commands with which operators correct and reconcile charges: correct and reconcile.

import type { Command } from 'commander';
import { routes } from '../../../shared/api/contract/contract.ts';
import { ruleOf } from '../../../shared/core/base/rule.ts';
import type { Body, Run } from '../../client/replies.ts';
import { reconciliationLines } from '../charge-format.ts';
import type { Cli } from '../context.ts';
import { EXIT, usage } from '../exit-codes.ts';
import { resultOf } from '../runs.ts';

type CorrectOptions = { readonly amount: string; readonly why: string; readonly key?: string };

function correctionOf({ amount, why }: CorrectOptions): Body<'correctCharge'> {
  const body = { amountMicroUsd: Number(amount), why };
  const [issue] = routes.correctCharge.body.safeParse(body, { error: ruleOf }).error?.issues ?? [];
  if (issue === undefined && /^-?\d+$/.test(amount)) {
    return routes.correctCharge.body.parse(body);
  }
  const flag = issue?.path[0] === 'why' ? '--why' : '--amount';
  return usage(`${flag} ${issue?.message ?? 'must be whole micro-dollars, such as -250000'}`);
}

function providerOf(provider: string | undefined): Body<'reconcileCharges'> {
  const given = provider === undefined ? {} : { provider };
  const body = routes.reconcileCharges.body.safeParse(given, { error: ruleOf });
  return body.data ?? usage(`--provider ${body.error.issues[0]?.message}`);
}

const reconciliationOf = (run: Run) => (run.kind === 'reconcile' ? run.result : null);

/** Adds `correct` and `reconcile`. */
export function addCharges(program: Command, cli: Cli): void {
  program
    .command('correct <lease>')
    .description('operators: correct the charge of a settled lease')
    .requiredOption(
      '--amount <micro-usd>',
      'whole micro-dollars to add to the charge; below zero is a refund',
    )
    .requiredOption('--why <text>', 'reason, kept in the records')
    .option('--key <text>', 'idempotency key: repeating it has no further effect')
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
    .description("operators: compare a provider's charges with the ledger and true up differences")
    .option('--provider <name>', 'provider (default: the only one that reports charges)')
    .option('--last', 'show the last reconciliations and start none')
    .action((options: { provider?: string; last?: boolean }, command: Command) =>
      cli.run(command, async (context) => {
        const { client, signal, show } = context;
        if (options.last === true) {
          const found = await client.readReconciliations({ signal });
          show(found, ({ reconciliations }) => reconciliations.flatMap(reconciliationLines));
          return EXIT.ok;
        }
        const wanted = providerOf(options.provider);
        const run = await client.reconcileCharges(wanted, { signal });
        show(await resultOf(context, run, reconciliationOf), reconciliationLines);
        return EXIT.ok;
      }),
    );
}
