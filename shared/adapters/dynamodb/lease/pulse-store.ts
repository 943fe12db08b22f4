// Pulses: one small item beside each lease. A heartbeat is exactly one update, which checks and
// records at once; a pulse that is over stays so for good.

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
import { type Change, type Item, parseItem, type Table } from '../table.ts';

/** Kept only once they are known, so that `if_not_exists` finds the first of them. */
const UNKNOWN_YET = {
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
  bytesBefore: null,
  bytesCarried: null,
  quiet: null,
  idleWarned: null,
  silenceLookAt: null,
} satisfies Partial<Pulse>;

/** A lease that ended before anything was launched leaves a mark that is over and no more. */
function pulseOf(table: Table, item: Item): Pulse | null {
  if (item['attempt'] === undefined) return null;
  return parseItem(table, Pulse, { ...UNKNOWN_YET, ...item });
}

function starting(start: PulseStart): Change {
  const { leaseId, consumer, attempt, liveness, silenceLimit, idle, endsAt } = start;
  const own =
    '#leaseId = :leaseId, #consumer = :consumer, #attempt = :attempt, #liveness = :liveness';
  const times = '#silenceLimit = :silenceLimit, #idle = :idle, #endsAt = :endsAt, #over = :no';
  const waits = '#waitNumber = if_not_exists(#waitNumber, :none)';
  const forgotten = Object.keys(UNKNOWN_YET).map((field) => `#${field}`);
  return {
    update: `SET ${own}, ${times}, ${waits} REMOVE ${forgotten.join(', ')}`,
    condition: 'attribute_not_exists(#pk) OR (#over = :no AND #attempt < :attempt)',
    values: {
      ':leaseId': leaseId,
      ':consumer': consumer,
      ':attempt': attempt,
      ':liveness': liveness,
      ':silenceLimit': silenceLimit,
      ':idle': idle,
      ':endsAt': endsAt,
      ':no': false,
      ':none': 0,
    },
  };
}

function parked({ generation, attempt, wait, token, endsAt, idleWarned }: Parking): Change {
  const told = '#wait = :wait, #token = :token, #endsAt = :endsAt, #idleWarned = :idleWarned';
  const next = '#waitNumber = #waitNumber + :one, #generation = :generation';
  const newest = '(attribute_not_exists(#generation) OR #generation <= :generation)';
  return {
    update: `SET ${told}, ${next}`,
    condition: `#over = :no AND #attempt = :attempt AND ${newest}`,
    values: {
      ':generation': generation,
      ...{ ':wait': wait, ':token': token, ':endsAt': endsAt, ':idleWarned': idleWarned },
      ...{ ':one': 1, ':no': false, ':attempt': attempt },
    },
  };
}

const FIRST_READY = '#readyAt = if_not_exists(#readyAt, :at)';

/**
 * The counters of this heartbeat beside those of the last: right of `=` is what was there before.
 */
function bytesOf(telemetry: Telemetry | null) {
  const { rxBytes, txBytes } = telemetry ?? { rxBytes: null, txBytes: null };
  if (rxBytes === null || txBytes === null || rxBytes < 0 || txBytes < 0) return { update: '' };
  const bytes = [rxBytes, txBytes] satisfies ByteCount;
  const update = ', #bytesBefore = if_not_exists(#bytes, :none), #bytes = :bytes';
  return { update, values: { ':bytes': bytes, ':none': null } };
}

function beating({ at, by }: Heartbeat): Change {
  const values = { ':at': at, ':no': false };
  if (by.kind === 'app') {
    const condition = '#over = :no AND #consumer = :consumer';
    const update = by.busy
      ? 'SET #appHeartbeatAt = :at, #appBusyAt = :at'
      : 'SET #appHeartbeatAt = :at';
    return { update, condition, values: { ...values, ':consumer': by.consumer } };
  }
  const condition = '#over = :no AND #attempt = :attempt';
  const known = { ...values, ':attempt': by.attempt };
  if (by.kind === 'probe') return { update: `SET ${FIRST_READY}`, condition, values: known };
  const said = '#nodeHeartbeatNumber = :number, #telemetry = :telemetry';
  const counted = bytesOf(by.telemetry);
  const update = `SET #nodeHeartbeatAt = :at, ${said}, ${FIRST_READY}${counted.update}`;
  const newer = '(attribute_not_exists(#nodeHeartbeatNumber) OR #nodeHeartbeatNumber < :number)';
  const heard = {
    condition: `${condition} AND ${newer}`,
    values: { ...known, ...counted.values, ':number': by.number, ':telemetry': by.telemetry },
  };
  if (by.facts === null) return { update, ...heard };
  const stated = { ...heard.values, ':facts': by.facts };
  return { ...heard, update: `${update}, #facts = :facts`, values: stated };
}

/**
 * Counters that started again: what was carried so far must still be what the heartbeat's update
 * said.
 */
function carried({ leaseId: _, attempt, from, to }: CarriedBytes): Change {
  const asRead = from === null ? 'attribute_not_exists(#bytesCarried)' : '#bytesCarried = :from';
  return {
    update: 'SET #bytesCarried = :to',
    condition: `#attempt = :attempt AND ${asRead}`,
    values: { ':attempt': attempt, ':to': to, ...(from !== null && { ':from': from }) },
  };
}

/** Only the heartbeat that was judged to be quiet carries the quiet on. */
function quietened({ attempt, quiet }: QuietHeartbeat): Change {
  return {
    update: 'SET #quiet = :quiet',
    condition: '#over = :no AND #attempt = :attempt AND #nodeHeartbeatNumber = :number',
    values: { ':quiet': quiet, ':no': false, ':attempt': attempt, ':number': quiet.through },
  };
}

/** Pulses in the table `leases`, in none of its indexes. */
export function createPulseStore(table: Table): PulseStore {
  return {
    get: async (leaseId) => {
      const item = await table.get(pulseKey(leaseId));
      return item === null ? null : pulseOf(table, item);
    },
    getMany: async (leaseIds) => {
      const items = await table.getMany([...leaseIds].map(pulseKey));
      const pulses = items.map((item) => pulseOf(table, item)).filter((pulse) => pulse !== null);
      return new Map(pulses.map((pulse) => [pulse.leaseId, pulse]));
    },
    start: async (start) => {
      await table.update(pulseKey(start.leaseId), starting(start));
    },
    park: async (parking) => {
      const item = await table.update(pulseKey(parking.leaseId), parked(parking));
      return item === 'refused' ? 'over' : 'parked';
    },
    heartbeat: async (heartbeat) => {
      const item = await table.update(pulseKey(heartbeat.leaseId), beating(heartbeat));
      return (item === 'refused' ? null : pulseOf(table, item)) ?? 'refused';
    },
    keepQuiet: async (heartbeat) => {
      await table.update(pulseKey(heartbeat.leaseId), quietened(heartbeat));
    },
    carryBytes: async (carry) => {
      await table.update(pulseKey(carry.leaseId), carried(carry));
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
      // Also where no pulse was started: a launch that comes late must not open one.
      await table.update(pulseKey(leaseId), {
        update: 'SET #over = :yes',
        condition: 'attribute_not_exists(#over) OR #over = :no',
        values: { ':yes': true, ':no': false },
      });
    },
  };
}
