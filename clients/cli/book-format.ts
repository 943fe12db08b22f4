// Formats costs, ledger entries and ledger verdicts as tables and as comma-separated values.

import { formatUsd, signedMicroUsd } from '../../shared/core/base/money.ts';
import { type Cell, csvLine, decimalUsd } from '../client/csv.ts';
import { FOCUS_COLUMNS, focusRow } from '../client/focus.ts';
import type { Costs, LeaseCost, LedgerEntry, Verdict } from '../client/replies.ts';
import { clean, table, time } from './format.ts';

const usd = (micros: number): string => formatUsd(signedMicroUsd(micros));

type Group = Costs['total'];

const spentOf = (group: Group): number =>
  group.chargedMicroUsd + group.correctedMicroUsd + group.runningMicroUsd;
const wasteOf = ({ waste }: Group): number =>
  waste.failedMicroUsd + waste.teardownMicroUsd + waste.idleMicroUsd;

/** A key is empty when a lease has no job, or when a correction has no instance. */
const keyText = (key: string): string => (key === '' ? '(none)' : key);

const BAR = 24;

function bar(amount: number, most: number): string {
  if (amount <= 0 || most <= 0) return '';
  return '█'.repeat(Math.max(1, Math.round((BAR * amount) / most)));
}

/** A cost report: one line for each group, then the total. */
export function costLines({ groupBy, groups, total, asOf, from, to }: Costs): readonly string[] {
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: groupBy.toUpperCase() },
    ...['SETTLED', 'CHARGED', 'CORRECTED', 'RUNNING', 'WASTE', 'TOTAL'].map(right),
    { title: '' },
  ];
  const most = Math.max(0, ...groups.map(spentOf));
  const row = (key: string, group: Group, shown: string) => [
    key,
    String(group.leases),
    usd(group.chargedMicroUsd),
    usd(group.correctedMicroUsd),
    usd(group.runningMicroUsd),
    usd(wasteOf(group)),
    usd(spentOf(group)),
    shown,
  ];
  const rows = groups.map((each) => row(keyText(each.key), each, bar(spentOf(each), most)));
  return [
    ...table(columns, [...rows, row('TOTAL', total, '')]),
    `From ${time(from)} until ${time(to)}, as of ${time(asOf)}.`,
  ];
}

/** A cost report as comma-separated values: one record for each group. */
export function costCsv({ groupBy, groups }: Costs): readonly string[] {
  const names = ['charged', 'corrected', 'running', 'gpu', 'disk', 'transfer'];
  const wasted = ['failed', 'teardown', 'idle'];
  const header = [groupBy, 'leases', ...[...names, ...wasted].map((name) => `${name}Usd`)];
  const rows = groups.map(({ key, ofWhich, waste, ...group }) => {
    const amounts = [
      ...[group.chargedMicroUsd, group.correctedMicroUsd, group.runningMicroUsd],
      ...[ofWhich.gpuMicroUsd, ofWhich.diskMicroUsd, ofWhich.transferMicroUsd],
      ...[waste.failedMicroUsd, waste.teardownMicroUsd, waste.idleMicroUsd],
    ];
    return [key, group.leases, ...amounts.map(decimalUsd)];
  });
  return [header, ...rows].map(csvRecord);
}

/** The cost of one lease, one line for each known fact. */
export function leaseCostLines(cost: LeaseCost): readonly string[] {
  const { waste, ofWhich, instances } = cost;
  const ended = cost.state === 'ended';
  const facts: readonly (readonly [string, string | null])[] = [
    ['Lease', `${cost.leaseId} (${cost.state})`],
    [ended ? 'Charged' : 'So far', usd(cost.chargedMicroUsd)],
    ['Corrected', cost.correctedMicroUsd === 0 ? null : usd(cost.correctedMicroUsd)],
    ['GPU', usd(ofWhich.gpuMicroUsd)],
    ['Disk', usd(ofWhich.diskMicroUsd)],
    ['Transfer', usd(ofWhich.transferMicroUsd)],
    ['Failed', usd(waste.failedMicroUsd)],
    ['Teardown', usd(waste.teardownMicroUsd)],
    ['Idle', usd(waste.idleMicroUsd)],
    ['Forecast', cost.forecastMicroUsd === null ? null : usd(cost.forecastMicroUsd)],
    ['Spend cap', cost.spendCapMicroUsd === null ? null : usd(cost.spendCapMicroUsd)],
    ['Held', ended ? null : `${usd(cost.heldMicroUsd)}, ${usd(cost.leftMicroUsd)} left`],
    ...instances.map(
      ({ attempt, gpuCount, gpuName, provider, from, until }) =>
        [
          `Instance ${attempt}`,
          `${gpuCount} x ${gpuName} at ${provider}, ${time(from)} to ${time(until)}`,
        ] as const,
    ),
  ];
  return facts.flatMap(([name, text]) =>
    text === null ? [] : [clean(`${name.padEnd(10)}  ${text}`)],
  );
}

/** Ledger entries, one line each. */
export function ledgerLines(entries: readonly LedgerEntry[]): readonly string[] {
  const columns = [
    { title: 'AT' },
    { title: 'LEASE' },
    { title: 'SEQ', align: 'right' as const },
    { title: 'ENTRY' },
    { title: 'AMOUNT', align: 'right' as const },
    { title: 'MONTH' },
    { title: 'FOR' },
  ];
  const rows = entries.map(({ at, leaseId, seq, kind, amountMicroUsd, month, charge }) => [
    time(at),
    leaseId,
    String(seq),
    kind,
    usd(amountMicroUsd),
    month,
    charge === null ? null : `${charge.gpuCount} x ${charge.gpuName} at ${charge.provider}`,
  ]);
  return table(columns, rows);
}

/** The result of a ledger verification, with each difference. */
export function verdictLines(verdict: Verdict): readonly string[] {
  const { accounts, leases, entries, closedDays, doubtful } = verdict;
  const { differences, differencesInAll } = verdict;
  const checked =
    `${accounts} accounts, ${leases} leases, ` + `${entries} entries, ${closedDays} closed days`;
  const changed = doubtful === 0 ? [] : [`${doubtful} changed during the check: verify again.`];
  if (differencesInAll === 0) return [`The books agree: ${checked}.`, ...changed];
  const lines = differences.map(({ consumer, leaseId, what, ledger, found }) => {
    const where = leaseId === null ? consumer : `${consumer}, lease ${leaseId}`;
    return clean(`${where}: ${what}: the ledger has ${ledger}, found ${found}`);
  });
  const left = differencesInAll - differences.length;
  const more = left > 0 ? [`${left} more differences are not shown`] : [];
  return [`THE BOOKS DO NOT AGREE: ${checked}.`, ...lines, ...more, ...changed];
}

/** RFC 4180 ends records with CR and LF; the caller prints the LF. */
const csvRecord = (cells: readonly Cell[]): string => `${csvLine(cells)}\r`;

const ENTRY_COLUMNS = [
  ...['at', 'month', 'consumer', 'leaseId', 'seq', 'kind', 'amountUsd', 'provider', 'gpuName'],
  ...['gpuCount', 'jobId', 'attempt', 'from', 'until', 'gpuUsd', 'diskUsd', 'transferUsd'],
  ...['failedUsd', 'teardownUsd', 'idleUsd'],
];

function entryCells(entry: LedgerEntry): readonly Cell[] {
  const { at, month, consumer, leaseId, seq, kind, amountMicroUsd, charge } = entry;
  const own = [at, month, consumer, leaseId, seq, kind, decimalUsd(amountMicroUsd)];
  if (charge === null) return [...own, ...ENTRY_COLUMNS.slice(own.length).map(() => null)];
  const { provider, gpuName, gpuCount, jobId, attempt, from, until } = charge;
  const amounts = [
    ...[charge.gpuMicroUsd, charge.diskMicroUsd, charge.transferMicroUsd],
    ...[charge.failedMicroUsd, charge.teardownMicroUsd, charge.idleMicroUsd],
  ];
  const instance = [provider, gpuName, gpuCount, jobId, attempt, from, until];
  return [...own, ...instance, ...amounts.map(decimalUsd)];
}

function focusRecord(entry: LedgerEntry): readonly string[] {
  const row = focusRow(entry);
  return row === null ? [] : [csvRecord(FOCUS_COLUMNS.map((column) => row[column] ?? null))];
}

/** The export formats: the header, and the lines of each entry. */
export const EXPORTS = {
  csv: {
    header: [csvRecord(ENTRY_COLUMNS)],
    lines: (entry: LedgerEntry) => [csvRecord(entryCells(entry))],
  },
  focus: { header: [csvRecord(FOCUS_COLUMNS)], lines: focusRecord },
  /** JSON Lines: the API's document of each entry. */
  json: { header: [], lines: (entry: LedgerEntry) => [JSON.stringify(entry)] },
} as const;
export type ExportFormat = keyof typeof EXPORTS;
