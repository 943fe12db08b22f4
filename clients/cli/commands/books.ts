// The commands that read the books: costs, cost, ledger (with its verification) and export.

import { open } from 'node:fs/promises';
import { Argument, type Command, Option } from 'commander';
import { GROUPINGS } from '../../../shared/api/contract/billing.ts';
import { runRoutes } from '../../../shared/api/contract/runs.ts';
import { joinCosts } from '../../client/costs.ts';
import {
  costCsv,
  costLines,
  EXPORTS,
  type ExportFormat,
  leaseCostLines,
  ledgerLines,
  verdictLines,
} from '../book-format.ts';
import { type Cli, type Context, unreadableLines } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';
import { resultOf } from '../runs.ts';

type SpanOptions = { readonly from?: string; readonly to?: string; readonly consumer?: string };
type CostsOptions = SpanOptions & { readonly groupBy: string; readonly csv?: boolean };
type LedgerOptions = SpanOptions & { readonly limit?: string; readonly cursor?: string };
type ExportOptions = SpanOptions & { readonly format: ExportFormat; readonly out?: string };

/** Adds `costs`, `cost`, `ledger` and `export`. */
export function addBooks(program: Command, cli: Cli): void {
  addCosts(program, cli);
  program
    .command('cost')
    .description('show what one lease has cost so far, and its forecast')
    .argument('<lease>', 'lease id')
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
    .option('--from <when>', 'start: a UTC day or an instant (default: the start of the month)')
    .option(
      '--to <when>',
      'end, exclusive: a UTC day or an instant (default: the end of this month)',
    )
    .option('--consumer <consumer>', 'operators: another consumer');

const spanOf = ({ from, to, consumer }: SpanOptions) => ({ from, to, consumer });

function addCosts(program: Command, cli: Cli): void {
  const groupBy = new Option('--group-by <what>', 'what each line sums up').choices(GROUPINGS);
  withSpan(
    program.command('costs').description('report costs, those of running instances included'),
  )
    .addOption(groupBy.default('day'))
    .option('--csv', 'print comma-separated values')
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
  withSpan(program.command('ledger').description('list ledger entries, or verify the ledger'))
    .addArgument(
      new Argument('[verify]', 'operators: check that entries, leases and accounts agree').choices([
        'verify',
      ]),
    )
    .option('--limit <number>', 'maximum number of entries')
    .option('--cursor <text>', 'start after the page that returned this cursor')
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
  if (page.nextCursor !== null) note(`There are more entries: --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

async function verify(context: Context, { consumer }: LedgerOptions): Promise<ExitCode> {
  const { client, signal, show } = context;
  const body = runRoutes.verifyLedger.body.safeParse({ consumer }).data;
  if (body == null)
    return usage(`--consumer must be a consumer such as 123456789012/trainer, not ${consumer}`);
  const run = await client.verifyLedger(body, { signal });
  const verdict = await resultOf(context, run, (each) =>
    each.kind === 'verify' ? each.result : null,
  );
  show(verdict, verdictLines);
  return verdict.differencesInAll === 0 ? EXIT.ok : EXIT.differs;
}

function addExport(program: Command, cli: Cli): void {
  const format = new Option('--format <format>', 'CSV, FOCUS 1.2 as CSV, or JSON Lines');
  withSpan(program.command('export').description('export the ledger'))
    .addOption(format.choices(Object.keys(EXPORTS)).default('csv'))
    .option('--out <file>', 'file to write (default: standard output)')
    .action((options: ExportOptions, command: Command) =>
      cli.run(command, (context) => exportLedger(context, options)),
    );
}

/** Yields line by line: a ledger may be larger than memory. */
async function* linesOf({ client, signal, note }: Context, options: ExportOptions) {
  const { header, lines } = EXPORTS[options.format];
  yield* header;
  let cursor: string | undefined;
  do {
    const page = await client.readLedger({ ...spanOf(options), limit: 1_000, cursor }, { signal });
    for (const entry of page.entries) yield* lines(entry);
    for (const line of unreadableLines(page)) note(line);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
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
  context.note(`Wrote ${count} lines to ${options.out}.`);
  return EXIT.ok;
}
