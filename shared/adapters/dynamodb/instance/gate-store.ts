// The gates of providers' limits: one small item a limit, which each call to the provider changes.
// A gate that can't be read counts as new: it must not stop all calls to its provider.

import { Gate } from '../../../core/instance/gate.ts';
import type { GateStore } from '../../../ports/gate-store.ts';
import { gateKey } from '../schema.ts';
import { type Table, tryItem } from '../table.ts';
import { putVersion } from '../versions.ts';

/** Gates in the table `inventory`. */
export function createGateStore(table: Table): GateStore {
  return {
    get: async (provider, limit) => {
      const item = await table.get(gateKey(provider, limit));
      const read = item === null ? null : tryItem(table, Gate, item);
      return read !== null && 'value' in read ? read.value : null;
    },
    commit: (gate) =>
      putVersion(table, gateKey(gate.provider, gate.limit), { schema: Gate, value: gate }),
  };
}
