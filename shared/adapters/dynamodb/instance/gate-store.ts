// The gates of providers' limits: one small item a limit, which each call to the provider changes.

import { Gate } from '../../../core/instance/gate.ts';
import type { GateStore } from '../../../ports/gate-store.ts';
import { gateKey } from '../schema.ts';
import { ABSENT, parseItem, type Table } from '../table.ts';

/** Gates in the table `inventory`. */
export function createGateStore(table: Table): GateStore {
  return {
    get: async (provider, limit) => {
      const item = await table.get(gateKey(provider, limit));
      return item === null ? null : parseItem(table, Gate, item);
    },
    commit: async (gate) => {
      const previous = gate.version - 1;
      const written = await table.put(
        gateKey(gate.provider, gate.limit),
        gate,
        previous === 0
          ? ABSENT
          : { condition: '#version = :previous', values: { ':previous': previous } },
      );
      return written === 'written' ? 'committed' : 'conflict';
    },
  };
}
