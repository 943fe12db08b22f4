// The commands of accounts: account, account-events, and account-set for operators.

import type { Command } from 'commander';
import { routes } from '../../../shared/api/contract/contract.ts';
import { ruleOf } from '../../../shared/core/base/rule.ts';
import { ApiProblem } from '../../client/problem.ts';
import type { Account, AccountEvent, Body } from '../../client/replies.ts';
import { accountEventsTable, accountLines } from '../account-format.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';
import { dollarsOf, flagOf, type LimitOptions, limitsOf } from '../limit-options.ts';

type ChangeOptions = LimitOptions & { readonly why: string };

/** Adds `account`, `account-events` and `account-set`. */
export function addAccount(program: Command, cli: Cli): void {
  program
    .command('account')
    .argument(
      '[consumer]',
      'operators: a consumer such as 123456789012/trainer (default: your own account)',
    )
    .description('show the limits of an account, what is left of them, and its holds')
    .action((consumer: string | undefined, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show<Account>(await client.readAccount(consumer, { signal }), accountLines);
        return EXIT.ok;
      }),
    );
  program
    .command('account-events')
    .argument('[consumer]', 'operators: a consumer (default: your own account)')
    .description('list changed limits, crossed thresholds and refused leases')
    .action((consumer: string | undefined, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        const events: AccountEvent[] = [];
        for await (const event of client.everyAccountEvent(consumer, { signal })) {
          events.push(event);
        }
        show({ events }, (all) => accountEventsTable(all.events));
        return EXIT.ok;
      }),
    );
  addSet(program, cli);
}

function addSet(program: Command, cli: Cli): void {
  program
    .command('account-set')
    .argument('<consumer>', 'a consumer such as 123456789012/trainer')
    .description('operators: change the limits that are given, or open the account')
    .option('--budget <dollars>', 'budget of each month')
    .option('--rate <dollars>', 'maximum rate of all open leases together, per hour')
    .option('--leases <number>', 'maximum number of open leases')
    .option('--per-lease <dollars>', 'maximum hold of one lease')
    .option('--providers <names>', 'allowed providers, separated by commas; "any" allows all')
    .option('--gpus <names>', 'allowed GPUs, separated by commas; "any" allows all')
    .option(
      '--thresholds <list>',
      'percents of the budget, such as "50:notify 80:freeze 100:end", or "none"',
    )
    .requiredOption('--why <text>', 'reason, kept in the records')
    .action((consumer: string, options: ChangeOptions, command: Command) =>
      cli.run(command, (context) => change(context, consumer, options)),
    );
}

/** The account; null when the consumer has none yet. */
async function current({ client, signal }: Context, consumer: string): Promise<Account | null> {
  try {
    return await client.readAccount(consumer, { signal });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

/** The limits of a new account. The three checked here are required; the others have defaults. */
function opening(options: LimitOptions): Readonly<Record<string, unknown>> {
  const { budget, rate, leases, perLease } = options;
  const given = { '--budget': budget, '--rate': rate, '--leases': leases };
  const missing = Object.entries(given).find(([, value]) => value === undefined);
  if (missing !== undefined)
    return usage(`${missing[0]} is required: the consumer has no account yet`);
  return {
    monthlyBudgetMicroUsd: dollarsOf('--budget', budget ?? ''),
    maxRateMicroUsdPerHour: dollarsOf('--rate', rate ?? ''),
    maxOpenLeases: Number(leases),
    maxLeaseMicroUsd: dollarsOf('--per-lease', perLease ?? budget ?? ''),
    ...{ providers: [], gpuNames: [], thresholds: [] },
  };
}

async function change(
  context: Context,
  consumer: string,
  options: ChangeOptions,
): Promise<ExitCode> {
  const { client, signal, show } = context;
  const account = await current(context, consumer);
  const before = account?.limits ?? opening(options);
  const version = account?.version ?? 0;
  const given = { ...before, ...limitsOf(options), version, why: options.why };
  const parsed = routes.changeAccount.body.safeParse(given, { error: ruleOf });
  const [issue] = parsed.error?.issues ?? [];
  const body: Body<'changeAccount'> =
    parsed.data ?? usage(`${flagOf(issue?.path[0])} ${issue?.message}`);
  show(await client.changeAccount(consumer, body, { signal }), accountLines);
  return EXIT.ok;
}
