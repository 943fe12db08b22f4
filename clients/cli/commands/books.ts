// The commands that read the books: costs, cost, ledger (and whether it agrees) and export.

import { open } from 'node:fs/promises';
import { Argument, type Command, Option } from 'commander';
import { billingRoutes, GROUPINGS } from '../../../shared/api/contract/billing.ts';
import { joinCosts } from '../../client/costs.ts';
import type { Verdict } from '../../client/replies.ts';
import {
  costCsv,
  costLines,
  EXPORTS,
  type ExportFormat,
  leaseCostLines,
  ledgerLines,
  verdictLines,
} from '../book-format.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';

type SpanOptions = { readonly from?: string; readonly to?: string; readonly consumer?: string };
type CostsOptions = SpanOptions & { readonly groupBy: string; readonly csv?: boolean };
type LedgerOptions = SpanOptions & { readonly limit?: string; readonly cursor?: string };
type ExportOptions = SpanOptions & { readonly format: ExportFormat; readonly out?: string };

/** Adds `costs`, `cost`, `ledger` and `export`. */
export function addBooks(program: Command, cli: Cli): void {
  addCosts(program, cli);
  program
    .command('cost')
    .description('what one lease costs: so far, and by its end')
    .argument('<lease>', 'its id')
    .action((id: string, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show(await client.readLeaseCost(id, { signal }), leaseCostLines);
        return EXIT.ok;
      }),
    );
  addLedger(program, cli);
  addExport(program, cli);
}

const withSpan = (command: Command): Command =>
  command
    .option('--from <when>', 'a UTC day or an instant; this month unless given')
    .option('--to <when>', 'until just before it')
    .option('--consumer <consumer>', "another consumer's, for operators");

const spanOf = ({ from, to, consumer }: SpanOptions) => ({ from, to, consumer });

function addCosts(program: Command, cli: Cli): void {
  const groupBy = new Option('--group-by <what>', 'one line for each').choices(GROUPINGS);
  withSpan(program.command('costs').description('what instances cost, those that run included'))
    .addOption(groupBy.default('day'))
    .option('--csv', 'comma-separated values')
    .action((options: CostsOptions, command: Command) =>
      cli.run(command, (context) => costs(context, options)),
    );
}

async function costs({ client, signal, show }: Context, options: CostsOptions): Promise<ExitCode> {
  const query = { ...spanOf(options), groupBy: options.groupBy };
  let report = await client.readCosts(query, { signal });
  while (report.nextCursor !== null) {
    const page = { ...query, cursor: report.nextCursor };
    report = joinCosts(report, await client.readCosts(page, { signal }));
  }
  show(report, options.csv === true ? costCsv : costLines);
  return EXIT.ok;
}

function addLedger(program: Command, cli: Cli): void {
  withSpan(
    program.command('ledger').description('the entries of your ledger; verify: for operators'),
  )
    .addArgument(new Argument('[verify]', 'prove that all books agree').choices(['verify']))
    .option('--limit <number>', 'at most this many')
    .option('--cursor <text>', 'go on after the page that ended with this cursor')
    .action((what: string | undefined, options: LedgerOptions, command: Command) =>
      cli.run(command, (context) =>
        what === 'verify' ? verify(context, options) : ledger(context, options),
      ),
    );
}

async function ledger(context: Context, options: LedgerOptions): Promise<ExitCode> {
  const { client, signal, show, note } = context;
  const { limit, cursor } = options;
  const page = await client.readLedger({ ...spanOf(options), limit, cursor }, { signal });
  show(page, ({ entries }) => ledgerLines(entries));
  if (page.nextCursor !== null) note(`There are more: --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

const joined = (a: Verdict, b: Verdict): Verdict => ({
  accounts: a.accounts + b.accounts,
  leases: a.leases + b.leases,
  entries: a.entries + b.entries,
  closedDays: a.closedDays + b.closedDays,
  doubtful: a.doubtful + b.doubtful,
  differences: [...a.differences, ...b.differences],
  nextCursor: b.nextCursor,
});

async function verify(context: Context, { consumer }: LedgerOptions): Promise<ExitCode> {
  const { client, signal, show } = context;
  const asked = billingRoutes.verifyLedger.body.safeParse({ consumer }).data;
  if (asked == null) return usage(`--consumer must be a consumer, not ${consumer}`);
  let verdict = await client.verifyLedger(asked, { signal });
  while (verdict.nextCursor !== null) {
    const page = { ...asked, cursor: verdict.nextCursor };
    verdict = joined(verdict, await client.verifyLedger(page, { signal }));
  }
  show(verdict, verdictLines);
  return verdict.differences.length === 0 ? EXIT.ok : EXIT.differs;
}

function addExport(program: Command, cli: Cli): void {
  const format = new Option('--format <format>', 'csv, FOCUS 1.2 (as CSV), or one JSON a line');
  withSpan(program.command('export').description('write the ledger out'))
    .addOption(format.choices(Object.keys(EXPORTS)).default('csv'))
    .option('--out <file>', 'where to; standard output unless given')
    .action((options: ExportOptions, command: Command) =>
      cli.run(command, (context) => exportLedger(context, options)),
    );
}

/** Lines as they come: a ledger may be larger than memory. */
async function* linesOf({ client, signal }: Context, options: ExportOptions) {
  const { header, lines } = EXPORTS[options.format];
  yield* header;
  for await (const entry of client.everyEntry(spanOf(options), { signal })) yield* lines(entry);
}

async function exportLedger(context: Context, options: ExportOptions): Promise<ExitCode> {
  if (options.out === undefined) {
    for await (const line of linesOf(context, options)) context.print(line);
    return EXIT.ok;
  }
  await using file = await open(options.out, 'w');
  let count = 0;
  for await (const line of linesOf(context, options)) {
    await file.write(`${line}\n`);
    count += 1;
  }
  context.note(`${count} lines are in ${options.out}.`);
  return EXIT.ok;
}
