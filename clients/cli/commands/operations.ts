// The commands of operators: freeze, thaw, freezes, doctor, sweep-now, run and
// add-provider-account; and health, for anyone.

import type { Command } from 'commander';
import { routes } from '../../../shared/api/contract/contract.ts';
import { ruleOf } from '../../../shared/core/base/rule.ts';
import type { Body, Diagnosis, Freeze, Run } from '../../client/replies.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';
import {
  doctorLines,
  freezeLines,
  healthLines,
  providerAccountLines,
  sweepLines,
} from '../operation-format.ts';
import { resultOf, runLines } from '../runs.ts';

type ScopeOptions = {
  readonly all?: boolean;
  readonly consumer?: string;
  readonly provider?: string;
  readonly why: string;
};
type FreezeBody = Body<'placeFreeze'>;

/** Adds all of them. */
export function addOperations(program: Command, cli: Cli): void {
  addScoped(program, ['freeze', 'operators: refuse new leases and end open ones'], (options) =>
    cli.run(options.command, (context) => freeze(context, bodyOf(options))),
  );
  addScoped(program, ['thaw', 'operators: lift a freeze'], (options) =>
    cli.run(options.command, (context) => thaw(context, bodyOf(options))),
  );
  program
    .command('freezes')
    .description('operators: list freezes, their progress and who placed them')
    .action((_options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show(await client.readFreezes({ signal }), ({ freezes }) => freezes.flatMap(freezeLines));
        return EXIT.ok;
      }),
    );
  program
    .command('doctor')
    .description('operators: diagnose the service, and show the next action of each safety net')
    .action((_options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show<Diagnosis>(await client.readDoctor({ signal }), doctorLines);
        return EXIT.ok;
      }),
    );
  addProviderAccount(program, cli);
  addChecks(program, cli);
}

const sweepOf = (run: Run) => (run.kind === 'sweep' ? run.result : null);

type AccountOptions = { readonly account: string; readonly why: string };

function addProviderAccount(program: Command, cli: Cli): void {
  program
    .command('add-provider-account')
    .description('operators: confirm that another account of a provider may be used')
    .argument('<provider>', 'provider')
    .requiredOption('--account <id>', 'the account, as the page other-account names it')
    .requiredOption('--why <text>', 'reason, kept in the records')
    .action((provider: string, body: AccountOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        const added = await client.addProviderAccount(provider, body, { signal });
        show(added, providerAccountLines);
        return EXIT.ok;
      }),
    );
}

function addChecks(program: Command, cli: Cli): void {
  program
    .command('sweep-now')
    .description('operators: sweep a provider now and show the findings')
    .option('--provider <name>', 'provider (default: the only one)')
    .action((options: { provider?: string }, command: Command) =>
      cli.run(command, async (context) => {
        const { client, signal, show } = context;
        const body = routes.sweepProvider.body.safeParse(options, { error: ruleOf });
        const wanted = body.data ?? usage(`--provider ${body.error?.issues[0]?.message}`);
        const run = await client.sweepProvider(wanted, { signal });
        show(await resultOf(context, run, sweepOf), sweepLines);
        return EXIT.ok;
      }),
    );
  program
    .command('run')
    .description('operators: show a sweep, reconciliation or verification and its result')
    .argument('<run>', 'run id')
    .action((id: string, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show(await client.readRun(id, { signal }), runLines);
        return EXIT.ok;
      }),
    );
  program
    .command('health')
    .description('show the age of each menu and of the last sweep of each provider')
    .action((_options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show(await client.readHealth({ signal }), healthLines);
        return EXIT.ok;
      }),
    );
}

type Scoped = ScopeOptions & { readonly command: Command };

function addScoped(
  program: Command,
  [name, description]: readonly [string, string],
  run: (options: Scoped) => Promise<void>,
): void {
  program
    .command(name)
    .description(description)
    .option('--all', 'all consumers and providers')
    .option('--consumer <name>', 'one consumer, such as 123456789012/trainer')
    .option('--provider <name>', 'one provider')
    .requiredOption('--why <text>', 'reason, kept in the records')
    .action((options: ScopeOptions, command: Command) => run({ ...options, command }));
}

const scopeOf = ({ consumer, provider }: ScopeOptions) => {
  if (consumer !== undefined) return { scope: 'consumer', consumer };
  return provider === undefined ? { scope: 'all' } : { scope: 'provider', provider };
};

function bodyOf(options: ScopeOptions): FreezeBody {
  const { all, consumer, provider, why } = options;
  const scopes = [all, consumer, provider].filter((scope) => scope !== undefined);
  if (scopes.length !== 1) usage('give exactly one of --all, --consumer and --provider');
  const given = { ...scopeOf(options), why };
  const body = routes.placeFreeze.body.safeParse(given, { error: ruleOf });
  const [issue] = body.error?.issues ?? [];
  return body.data ?? usage(`--${issue?.path.join('.')} ${issue?.message}`);
}

const showFreeze = ({ show }: Context, document: Freeze): void => show(document, freezeLines);

async function freeze(context: Context, body: FreezeBody): Promise<ExitCode> {
  const { client, signal, note } = context;
  showFreeze(context, await client.placeFreeze(body, { signal }));
  note('The service ends the open leases now. Show the progress with: gpu-shopper freezes');
  return EXIT.ok;
}

async function thaw(context: Context, body: FreezeBody): Promise<ExitCode> {
  const { client, signal } = context;
  showFreeze(context, await client.thaw(body, { signal }));
  return EXIT.ok;
}
