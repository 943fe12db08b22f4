// Pulses: one small item beside each lease. A heartbeat is exactly one update, which checks and
// records it at once. A pulse that is over never opens again.

import type { LeaseId } from '../../../core/base/ids.ts';
import {
  type ByteCount,
  type Parking,
  Pulse,
  type PulseStart,
} from '../../../core/instance/pulse.ts';
import type { Telemetry } from '../../../core/instance/telemetry.ts';
import type {
  CarriedBytes,
  Heartbeat,
  PulseStore,
  QuietHeartbeat,
} from '../../../ports/pulse-store.ts';
import { pulseKey } from '../schema.ts';
import { type Change, type Item, parseItem, type Table, tryItem } from '../table.ts';

/** These fields are stored only when they have a value, so that `if_not_exists` keeps the first. */
const NOT_STORED = {
  wait: null,
  token: null,
  readyAt: null,
  nodeHeartbeatAt: null,
  nodeHeartbeatNumber: null,
  appHeartbeatAt: null,
  appBusyAt: null,
  facts: null,
  telemetry: null,
  bytes: null,
  bytesAt: null,
  bytesBefore: null,
  bytesBeforeAt: null,
  bytesCarried: null,
  quiet: null,
  idleWarned: null,
  silenceLookAt: null,
} satisfies Partial<Pulse>;

/** The pulse of a lease that ended before its launch has only the mark `over`. */
const isWhole = (item: Item): boolean => item['attempt'] !== undefined;

function pulseOf(table: Table, item: Item): Pulse | null {
  if (!isWhole(item)) return null;
  return parseItem(table, Pulse, { ...NOT_STORED, ...item });
}

function startChange(start: PulseStart): Change {
  const { leaseId, consumer, attempt, liveness, silenceLimit, idle, endsAt } = start;
  const { startedAt, linkMbps } = start;
  const own =
    '#leaseId = :leaseId, #consumer = :consumer, #attempt = :attempt, #liveness = :liveness';
  const times = '#silenceLimit = :silenceLimit, #idle = :idle, #endsAt = :endsAt, #over = :no';
  const link = '#startedAt = :startedAt, #linkMbps = :linkMbps';
  const waits = '#waitNumber = if_not_exists(#waitNumber, :none)';
  const removed = Object.keys(NOT_STORED).map((field) => `#${field}`);
  return {
    update: `SET ${own}, ${times}, ${link}, ${waits} REMOVE ${removed.join(', ')}`,
    condition: 'attribute_not_exists(#pk) OR (#over = :no AND #attempt < :attempt)',
    values: {
      ':leaseId': leaseId,
      ':consumer': consumer,
      ':attempt': attempt,
      ':liveness': liveness,
      ':silenceLimit': silenceLimit,
      ':idle': idle,
      ':endsAt': endsAt,
      ...{ ':startedAt': startedAt, ':linkMbps': linkMbps },
      ':no': false,
      ':none': 0,
    },
  };
}

/**
 * No token of a newer generation is stored, and none of a later wait of this one. Equal places are
 * one call that is repeated. A pulse that was parked before places were stored has none.
 */
const NEWEST =
  '(attribute_not_exists(#generation) OR #generation < :generation' +
  ' OR (#generation = :generation AND (attribute_not_exists(#enteredAt)' +
  ' OR #enteredAt < :enteredAt OR (#enteredAt = :enteredAt AND #failures <= :failures))))';

function parkChange(parking: Parking): Change {
  const { generation, place, attempt, wait, token, endsAt, idleWarned } = parking;
  const parked = '#wait = :wait, #token = :token, #endsAt = :endsAt, #idleWarned = :idleWarned';
  const next = '#waitNumber = #waitNumber + :one, #generation = :generation';
  const order = '#enteredAt = :enteredAt, #failures = :failures';
  return {
    update: `SET ${parked}, ${next}, ${order}`,
    condition: `#over = :no AND #attempt = :attempt AND ${NEWEST}`,
    values: {
      ':generation': generation,
      ...{ ':enteredAt': place.enteredAt, ':failures': place.failures },
      ...{ ':wait': wait, ':token': token, ':endsAt': endsAt, ':idleWarned': idleWarned },
      ...{ ':one': 1, ':no': false, ':attempt': attempt },
    },
  };
}

const FIRST_READY = '#readyAt = if_not_exists(#readyAt, :at)';

/**
 * Stores the counters of this heartbeat beside those of the last one. Right of `=`, an attribute
 * has the value from before the update.
 */
function bytesOf(telemetry: Telemetry | null) {
  const { rxBytes, txBytes } = telemetry ?? { rxBytes: null, txBytes: null };
  if (rxBytes === null || txBytes === null || rxBytes < 0 || txBytes < 0) return { update: '' };
  const bytes = [rxBytes, txBytes] satisfies ByteCount;
  const update =
    ', #bytesBefore = if_not_exists(#bytes, :none), #bytes = :bytes' +
    ', #bytesBeforeAt = if_not_exists(#bytesAt, :none), #bytesAt = :at';
  return { update, values: { ':bytes': bytes, ':none': null } };
}

function heartbeatChange({ at, by }: Heartbeat): Change {
  const values = { ':at': at, ':no': false };
  if (by.kind === 'app') {
    const condition = '#over = :no AND #consumer = :consumer';
    const update = by.busy
      ? 'SET #appHeartbeatAt = :at, #appBusyAt = :at'
      : 'SET #appHeartbeatAt = :at';
    return { update, condition, values: { ...values, ':consumer': by.consumer } };
  }
  const condition = '#over = :no AND #attempt = :attempt';
  const ofAttempt = { ...values, ':attempt': by.attempt };
  if (by.kind === 'probe') return { update: `SET ${FIRST_READY}`, condition, values: ofAttempt };
  const reported = '#nodeHeartbeatNumber = :number, #telemetry = :telemetry';
  const counted = bytesOf(by.telemetry);
  const update = `SET #nodeHeartbeatAt = :at, ${reported}, ${FIRST_READY}${counted.update}`;
  const newer = '(attribute_not_exists(#nodeHeartbeatNumber) OR #nodeHeartbeatNumber < :number)';
  const recorded = {
    condition: `${condition} AND ${newer}`,
    values: { ...ofAttempt, ...counted.values, ':number': by.number, ':telemetry': by.telemetry },
  };
  if (by.facts === null) return { update, ...recorded };
  const withFacts = { ...recorded.values, ':facts': by.facts };
  return { ...recorded, update: `${update}, #facts = :facts`, values: withFacts };
}

/** Stores a new correction of the counters if the last one is still stored. */
function carryBytesChange({ leaseId: _, attempt, from, to }: CarriedBytes): Change {
  const asRead = from === null ? 'attribute_not_exists(#bytesCarried)' : '#bytesCarried = :from';
  return {
    update: 'SET #bytesCarried = :to',
    condition: `#attempt = :attempt AND ${asRead}`,
    values: { ':attempt': attempt, ':to': to, ...(from !== null && { ':from': from }) },
  };
}

/** Stores the quiet period only if its heartbeat is still the last one. */
function quietChange({ attempt, quiet }: QuietHeartbeat): Change {
  return {
    update: 'SET #quiet = :quiet',
    condition: '#over = :no AND #attempt = :attempt AND #nodeHeartbeatNumber = :number',
    values: { ':quiet': quiet, ':no': false, ':attempt': attempt, ':number': quiet.through },
  };
}

/** Pulses in the table `leases`. No index has them. */
export function createPulseStore(table: Table): PulseStore {
  return {
    get: async (leaseId) => {
      const item = await table.get(pulseKey(leaseId));
      return item === null ? null : pulseOf(table, item);
    },
    getMany: async (leaseIds, report) => {
      const pulses = new Map<LeaseId, Pulse>();
      for (const item of await table.getMany([...leaseIds].map(pulseKey))) {
        if (!isWhole(item)) continue;
        const parsed = tryItem(table, Pulse, { ...NOT_STORED, ...item });
        if ('value' in parsed) pulses.set(parsed.value.leaseId, parsed.value);
        else report?.({ id: String(item['pk']).replace(/^LEASE#/, ''), why: parsed.why });
      }
      return pulses;
    },
    start: async (start) => {
      await table.update(pulseKey(start.leaseId), startChange(start));
    },
    park: async (parking) => {
      const item = await table.update(pulseKey(parking.leaseId), parkChange(parking));
      return item === 'refused' ? 'over' : 'parked';
    },
    heartbeat: async (heartbeat) => {
      const item = await table.update(pulseKey(heartbeat.leaseId), heartbeatChange(heartbeat));
      return (item === 'refused' ? null : pulseOf(table, item)) ?? 'refused';
    },
    keepQuiet: async (heartbeat) => {
      await table.update(pulseKey(heartbeat.leaseId), quietChange(heartbeat));
    },
    carryBytes: async (carry) => {
      await table.update(pulseKey(carry.leaseId), carryBytesChange(carry));
    },
    noteSilence: async (leaseId, lookAgainAt) => {
      const item = await table.update(pulseKey(leaseId), {
        update: 'SET #silenceLookAt = :at',
        condition: '#over = :no',
        values: { ':at': lookAgainAt, ':no': false },
      });
      return item === 'refused' ? 'over' : 'noted';
    },
    close: async (leaseId) => {
      // Also without a pulse: a late launch must not open one.
      await table.update(pulseKey(leaseId), {
        update: 'SET #over = :yes',
        condition: 'attribute_not_exists(#over) OR #over = :no',
        values: { ':yes': true, ':no': false },
      });
    },
  };
}
