// `gpu-shopper account`: what a consumer may spend and what is left of it; operators change it.

import type { Command } from 'commander';
import { routes } from '../../../shared/api/contract/contract.ts';
import { ApiProblem } from '../../client/problem.ts';
import type { Account, AccountEvent, Body } from '../../client/replies.ts';
import { accountEventsTable, accountLines } from '../account-format.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';
import { dollarsOf, type LimitOptions, limitsOf, named } from '../limit-options.ts';

type ChangeOptions = LimitOptions & { readonly why: string };

/** Adds `account`, `account-events` and `account-set`. */
export function addAccount(program: Command, cli: Cli): void {
  program
    .command('account')
    .argument('[consumer]', "operators: whose, such as 123456789012/trainer (default: one's own)")
    .description('what may be spent, what is left of it, and what holds it')
    .action((consumer: string | undefined, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show<Account>(await client.readAccount(consumer, { signal }), accountLines);
        return EXIT.ok;
      }),
    );
  program
    .command('account-events')
    .argument('[consumer]', "operators: whose (default: one's own)")
    .description('changes of limits, thresholds crossed, leases refused')
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
    .argument('<consumer>', 'whose, such as 123456789012/trainer')
    .description('operators: change limits; what is not given stays')
    .option('--budget <dollars>', 'for one month')
    .option('--rate <dollars>', 'the most that all open leases may cost an hour')
    .option('--leases <number>', 'the most that may be open')
    .option('--per-lease <dollars>', 'the most that may be held for one lease')
    .option('--providers <names>', 'the only ones that may be leased from; "any" for all')
    .option('--gpus <names>', 'the only ones that may be leased, with commas; "any" for all')
    .option('--thresholds <list>', 'such as "50:notify 80:freeze 100:end"; "none" for none')
    .requiredOption('--why <text>', 'for those who ask later')
    .action((consumer: string, options: ChangeOptions, command: Command) =>
      cli.run(command, (context) => change(context, consumer, options)),
    );
}

/** What is there now; null when there is no account yet, which is then opened. */
async function current({ client, signal }: Context, consumer: string): Promise<Account | null> {
  try {
    return await client.readAccount(consumer, { signal });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

/** What a new account needs; the rest has a default. */
function opening(options: LimitOptions): Readonly<Record<string, unknown>> {
  const { budget, rate, leases, perLease } = options;
  const given = { '--budget': budget, '--rate': rate, '--leases': leases };
  const missing = Object.entries(given).find(([, value]) => value === undefined);
  if (missing !== undefined) return usage(`there is no such account yet: give ${missing[0]} too`);
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
  const parsed = routes.changeAccount.body.safeParse({
    ...{ ...before, ...limitsOf(options) },
    ...{ version, why: options.why },
  });
  const [issue] = parsed.error?.issues ?? [];
  const body: Body<'changeAccount'> =
    parsed.data ?? usage(`${named(issue?.path[0])}: ${issue?.message}`);
  show(await client.changeAccount(consumer, body, { signal }), accountLines);
  return EXIT.ok;
}
