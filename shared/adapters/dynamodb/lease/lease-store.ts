// Leases and their event logs. A write replaces the whole lease if its version is still the one
// that was read; otherwise it is a conflict, and the caller reads again.

import * as z from 'zod/mini';
import { brandId, LeaseId } from '../../../core/base/ids.ts';
import { invariant } from '../../../core/base/invariant.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { EpochMs, epochMs } from '../../../core/base/time.ts';
import { Lease, LeaseEvent } from '../../../core/lease/lease.ts';
import type { LeaseStore } from '../../../ports/lease-store.ts';
import type { ReportUnreadable } from '../../../ports/unreadable.ts';
import {
  BY_CONSUMER_INDEX,
  eventKey,
  LAST_EVENT,
  leaseKey,
  OPEN_INDEX,
  OPEN_SHARD,
} from '../schema.ts';
import { ABSENT, type Item, parseItem, type Table, tryItem } from '../table.ts';

/** DynamoDB allows 400 KB per item (AWS, November 2026); the rest is for keys and type marks. */
const MAX_LEASE_BYTES = 350_000;

const NOTHING: Lease['outbox'] = { events: [], entries: [] };

/** A lease stays in the sweep's index until it has ended and its outbox is applied. */
function isOpen({ state, outbox }: Lease): boolean {
  return state !== 'ended' || outbox.events.length > 0 || outbox.entries.length > 0;
}

function itemOf(lease: Lease): Item {
  const bytes = Buffer.byteLength(JSON.stringify(lease));
  invariant(bytes <= MAX_LEASE_BYTES, `lease ${lease.id} has grown to ${bytes} bytes`);
  if (!isOpen(lease)) return lease;
  return { ...lease, openShard: OPEN_SHARD, openDeadline: lease.deadline };
}

/** Clears the outbox, and takes an ended lease off the index. */
function clearOutboxUpdate(lease: Lease): string {
  const update = 'SET #outbox = :nothing';
  return lease.state === 'ended' ? `${update} REMOVE #openShard, #openDeadline` : update;
}

/** Leases in the table `leases`. */
export function createLeaseStore(table: Table): LeaseStore {
  return {
    get: async (id) => {
      const item = await table.get(leaseKey(id));
      return item === null ? null : parseItem(table, Lease, item);
    },
    getMany: (ids, report) => readLeases(table, ids, report),
    open: async (report) => {
      const leases = await readLeases(table, await openIds(table), report);
      return [...leases.values()].filter(isOpen);
    },
    create: async (lease) => {
      const written = await table.put(leaseKey(lease.id), itemOf(lease), ABSENT);
      return written === 'written' ? 'created' : 'exists';
    },
    commit: async (lease) => {
      const condition = '#version = :previous';
      const values = { ':previous': lease.version - 1 };
      const item = itemOf(lease);
      const written = await table.put(leaseKey(lease.id), item, { condition, values });
      return written === 'written' ? 'committed' : 'conflict';
    },
    clearOutbox: async (lease) => {
      await table.update(leaseKey(lease.id), {
        update: clearOutboxUpdate(lease),
        condition: '#version = :version',
        values: { ':nothing': NOTHING, ':version': lease.version },
      });
    },
    appendEvents: async (id, events) => {
      // Write in order, so that a crash leaves a log without gaps.
      for (const event of events) await table.put(eventKey(id, event.seq), event, ABSENT);
    },
    events: (id, afterSeq) => readEvents(table, id, afterSeq),
    listByConsumer: async (consumer, { after, limit }) => {
      const from =
        after === null
          ? undefined
          : { ...leaseKey(after.id), consumer, requestedAt: after.requestedAt };
      const page = { index: BY_CONSUMER_INDEX, partition: consumer, limit, from };
      const items = await table.queryIndex(page);
      return items.map((item) => parseItem(table, LeasePlace, { ...item, id: idIn(item['pk']) }));
    },
  };
}

/** The fields of a lease in the index by consumer. */
const LeasePlace = z.object({ id: LeaseId, requestedAt: EpochMs });

async function readLeases(
  table: Table,
  ids: Iterable<LeaseId>,
  report?: ReportUnreadable,
): Promise<ReadonlyMap<LeaseId, Lease>> {
  const leases = new Map<LeaseId, Lease>();
  for (const item of await table.getMany([...new Set(ids)].map(leaseKey))) {
    const parsed = tryItem(table, Lease, item);
    if ('value' in parsed) leases.set(parsed.value.id, parsed.value);
    else report?.({ id: idIn(item['pk']), why: parsed.why });
  }
  return leases;
}

const OPEN_PAGE = 1_000;
/** Room for a hundred thousand open leases. */
const MAX_OPEN_PAGES = 100;

/** The ids in the index of open leases, which may lag by a second. */
async function openIds(table: Table): Promise<readonly LeaseId[]> {
  const ids: LeaseId[] = [];
  let from: Item | undefined;
  for (let page = 1; page <= MAX_OPEN_PAGES; page += 1) {
    const query = { index: OPEN_INDEX, partition: OPEN_SHARD, limit: OPEN_PAGE, from };
    const items = await table.queryIndex(query);
    ids.push(...items.map((item) => brandId(LeaseId, idIn(item['pk']))));
    from = items.at(-1);
    if (items.length < OPEN_PAGE) return ids;
  }
  invariant(false, `more than ${OPEN_PAGE * MAX_OPEN_PAGES} open leases`);
}

const idIn = (pk: unknown): string => String(pk).replace(/^LEASE#/, '');

async function readEvents(table: Table, id: LeaseId, afterSeq: number) {
  const { pk, sk: first } = eventKey(id, afterSeq + 1);
  const limit = policy.events.pageSize;
  const items = await table.query({ pk, first, last: LAST_EVENT, limit });
  return items.map((item) => eventOf(table, item));
}

/** An unreadable event keeps its number, and its time if that can be read. */
function eventOf(table: Table, item: Item): LeaseEvent {
  const parsed = tryItem(table, LeaseEvent, item);
  if ('value' in parsed) return parsed.value;
  const seq = Number(String(item['sk']).replace(/^\D*/, ''));
  // zod's `catch` would take 8 KB of the bundles.
  const at = EpochMs.safeParse(item['at']).data ?? epochMs(0);
  const reason = 'this event could not be read';
  return { seq, at, type: 'unreadable', reason };
}
