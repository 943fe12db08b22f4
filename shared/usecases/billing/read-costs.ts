// What instances cost in a span: from closed days, from the entries of open days, and from leases
// that are not settled. The order of reads neither misses a lease nor counts it twice: closed days,
// then running leases, then entries. A lease that is settled in between is found by its entry and
// removed from the running ones.

import { type Caller, mustOwn } from '../../core/base/caller.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { EpochMs } from '../../core/base/time.ts';
import {
  type CostLine,
  type GroupBy,
  groupCosts,
  includesRunning,
  linesOf,
  needsEntries,
  type Running,
  runningLines,
  runningOf,
} from '../../core/billing/costs.ts';
import { type Span, wholeDays, without } from '../../core/billing/days.ts';
import { type DayReport, linesOfDay } from '../../core/billing/report.ts';
import { type Account, heldLeases } from '../../core/ledger/account.ts';
import type { EntryPlace, LedgerEntry } from '../../core/ledger/entry.ts';
import type { DayStore } from '../../ports/day-store.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';
import type { Records } from '../common/change-lease.ts';
import { readPage, walkLedger } from '../ledger/walk-ledger.ts';

export type ReadCostsPorts = Records & {
  readonly days: DayStore;
  readonly pulses: Pick<PulseStore, 'getMany'>;
};

/** The position of the next page of a report by lease, job or hour: an account and an entry. */
type CostPlace = { readonly consumer: ConsumerId; readonly after: EntryPlace | null };

export type ReadCostsInput = {
  readonly caller: Caller;
  /** Null: the caller's own costs; for an operator the costs of all consumers. */
  readonly consumer: ConsumerId | null;
  readonly groupBy: GroupBy;
  readonly span: Span;
  readonly after: CostPlace | null;
};

export type CostReport = ReturnType<typeof groupCosts> & {
  readonly asOf: EpochMs;
  /** The position of the next page, whose groups add to those of this one; null after the last. */
  readonly next: CostPlace | null;
  /** The records that could not be read: their costs are missing. */
  readonly unreadable: readonly string[];
};

/** What is asked, and where unreadable records are reported. */
type Asked = {
  readonly span: Span;
  readonly asOf: EpochMs;
  readonly report: ReportUnreadable;
};

/**
 * The costs of leases with a hold: their charge is not in the ledger, or was entered a moment ago.
 */
async function readRunning(
  { leases, pulses }: ReadCostsPorts,
  account: Account | null,
  asked: Asked,
): Promise<readonly Running[]> {
  if (account === null || !includesRunning(asked.span, asked.asOf)) return [];
  const ids = heldLeases(account);
  const [held, pulsesById] = await Promise.all([
    leases.getMany(ids, asked.report),
    pulses.getMany(ids, asked.report),
  ]);
  return [...held.values()].flatMap((lease) =>
    runningOf(lease, pulsesById.get(lease.id) ?? null, asked.asOf),
  );
}

/** The costs of one account: closed days from their records, the others from entries. */
async function readByDays(
  ports: ReadCostsPorts,
  consumer: ConsumerId,
  asked: Asked,
): Promise<readonly CostLine[]> {
  const { span, asOf, report } = asked;
  // The entries of an unreadable day are read instead.
  const closed: readonly DayReport[] = await ports.days.between(consumer, wholeDays(span), report);
  const running = await readRunning(ports, await ports.accounts.get(consumer, report), asked);
  const lines: CostLine[] = closed.flatMap(linesOfDay);
  const entered: LedgerEntry[] = [];
  const days = closed.map(({ day }) => day);
  for (const open of without(span, days)) {
    for await (const page of walkLedger(ports.ledger, { consumer, span: open }, report)) {
      lines.push(...linesOf(page));
      if (running.length > 0) entered.push(...page.filter(({ kind }) => kind === 'charge'));
    }
  }
  return [...lines, ...runningLines(running, entered, asOf)];
}

async function readAllByDays(
  ports: ReadCostsPorts,
  consumers: readonly ConsumerId[],
  asked: Asked,
): Promise<readonly CostLine[]> {
  const lines: CostLine[] = [];
  const { accountsAtOnce } = policy.costs;
  for (let from = 0; from < consumers.length; from += accountsAtOnce) {
    const some = consumers.slice(from, from + accountsAtOnce);
    const read = await Promise.all(some.map((consumer) => readByDays(ports, consumer, asked)));
    for (const each of read) lines.push(...each);
  }
  return lines;
}

type EntriesRead = { readonly lines: readonly CostLine[]; readonly next: CostPlace | null };

/** A page of entries; the last page of an account includes its running leases. */
async function readByEntries(
  ports: ReadCostsPorts,
  { consumer, after }: CostPlace,
  { limit, ...asked }: Asked & { readonly limit: number },
): Promise<EntriesRead & { readonly read: number }> {
  const { span, report } = asked;
  const running = await readRunning(ports, await ports.accounts.get(consumer, report), asked);
  const request = { ...span, consumer, after, limit };
  const { entries, next } = await readPage(ports.ledger, request, report);
  const lines = linesOf(entries);
  const read = entries.length;
  if (next !== null) return { lines, read, next: { consumer, after: next } };
  return { lines: [...lines, ...runningLines(running, entries, asked.asOf)], read, next: null };
}

/** A page of entries across accounts; the last account may be partial. */
async function readPageOfAll(
  ports: ReadCostsPorts,
  { consumers, after }: { consumers: readonly ConsumerId[]; after: CostPlace | null },
  asked: Asked,
): Promise<EntriesRead> {
  const { pageSize } = policy.ledger;
  const lines: CostLine[] = [];
  let read = 0;
  for (const consumer of consumers) {
    if (after !== null && consumer < after.consumer) continue;
    if (read >= pageSize / 2) return { lines, next: { consumer, after: null } };
    const place = consumer === after?.consumer ? after : { consumer, after: null };
    const page = await readByEntries(ports, place, { ...asked, limit: pageSize });
    lines.push(...page.lines);
    read += page.read;
    if (page.next !== null) return { lines, next: page.next };
  }
  return { lines, next: null };
}

async function consumersOf(
  { accounts }: ReadCostsPorts,
  { caller, consumer }: ReadCostsInput,
): Promise<readonly ConsumerId[]> {
  if (consumer !== null) {
    mustOwn(caller, consumer, 'books');
    return [consumer];
  }
  if (!caller.operator) return [caller.consumer];
  return (await accounts.consumers()).toSorted();
}

/**
 * Costs by group, with their total. A charge counts at the time its lease is settled. By lease, job
 * or hour the report has pages whose groups add up. Throws Forbidden, StoreDown.
 */
export function createReadCosts(ports: ReadCostsPorts) {
  return async (input: ReadCostsInput): Promise<CostReport> => {
    const { groupBy, span, after } = input;
    const unreadable = new Set<string>();
    const report: ReportUnreadable = ({ id }) => unreadable.add(id);
    const asked = { span, asOf: ports.clock.now(), report };
    const consumers = await consumersOf(ports, input);
    const { lines, next } = needsEntries(groupBy)
      ? await readPageOfAll(ports, { consumers, after }, asked)
      : { lines: await readAllByDays(ports, consumers, asked), next: null };
    const { asOf } = asked;
    return { ...groupCosts(lines, groupBy), asOf, next, unreadable: [...unreadable] };
  };
}
