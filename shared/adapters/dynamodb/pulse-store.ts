// Pulses: one small item beside each lease. A beat is exactly one update, which checks and records
// at once; a pulse that is over stays so for good.

import { Pulse } from '../../core/pulse.ts';
import type { Beat, Parking, PulseStart, PulseStore } from '../../ports/stores.ts';
import { pulseKey } from './schema.ts';
import { type Change, type Item, parseItem, type Table } from './table.ts';

/** Kept only once they are known, so that `if_not_exists` finds the first of them. */
const UNKNOWN_YET = {
  wait: null,
  token: null,
  readyAt: null,
  nodeBeatAt: null,
  appBeatAt: null,
  facts: null,
} satisfies Partial<Pulse>;

/** A lease that ended before anything was launched leaves a mark that is over and no more. */
function pulseOf(table: Table, item: Item): Pulse | null {
  if (item['attempt'] === undefined) return null;
  return parseItem(table, Pulse, { ...UNKNOWN_YET, ...item });
}

function starting(start: PulseStart): Change {
  const { leaseId, consumer, attempt, liveness, silenceLimit, endsAt } = start;
  const own =
    '#leaseId = :leaseId, #consumer = :consumer, #attempt = :attempt, #liveness = :liveness';
  const times = '#silenceLimit = :silenceLimit, #endsAt = :endsAt, #over = :no';
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
      ':endsAt': endsAt,
      ':no': false,
      ':none': 0,
    },
  };
}

function parked({ attempt, wait, token, endsAt }: Parking): Change {
  const next = '#waitNumber = #waitNumber + :one';
  return {
    update: `SET #wait = :wait, #token = :token, #endsAt = :endsAt, ${next}`,
    condition: '#over = :no AND #attempt = :attempt',
    values: {
      ...{ ':wait': wait, ':token': token, ':endsAt': endsAt },
      ...{ ':one': 1, ':no': false, ':attempt': attempt },
    },
  };
}

const FIRST_READY = '#readyAt = if_not_exists(#readyAt, :at)';

function beating({ at, by }: Beat): Change {
  const values = { ':at': at, ':no': false };
  if (by.kind === 'app') {
    const condition = '#over = :no AND #consumer = :consumer';
    const update = 'SET #appBeatAt = :at';
    return { update, condition, values: { ...values, ':consumer': by.consumer } };
  }
  const condition = '#over = :no AND #attempt = :attempt';
  const known = { ...values, ':attempt': by.attempt };
  if (by.kind === 'probe') return { update: `SET ${FIRST_READY}`, condition, values: known };
  const update = `SET #nodeBeatAt = :at, ${FIRST_READY}`;
  if (by.facts === null) return { update, condition, values: known };
  const stated = { ...known, ':facts': by.facts };
  return { update: `${update}, #facts = :facts`, condition, values: stated };
}

/** Pulses in the table `leases`, in none of its indexes. */
export function pulseStore(table: Table): PulseStore {
  return {
    get: async (leaseId) => {
      const item = await table.get(pulseKey(leaseId));
      return item === null ? null : pulseOf(table, item);
    },
    start: async (start) => {
      await table.update(pulseKey(start.leaseId), starting(start));
    },
    park: async (parking) => {
      const item = await table.update(pulseKey(parking.leaseId), parked(parking));
      return item === 'refused' ? 'over' : 'parked';
    },
    beat: async (beat) => {
      const item = await table.update(pulseKey(beat.leaseId), beating(beat));
      return (item === 'refused' ? null : pulseOf(table, item)) ?? 'refused';
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
