// The gates of providers' limits: one small item a limit, which each call to the provider changes.
// A gate that can't be read counts as new: it must not stop all calls to its provider.

import { Gate } from '../../../core/instance/gate.ts';
import type { GateStore } from '../../../ports/gate-store.ts';
import { gateKey } from '../schema.ts';
import { readableItem, type Table } from '../table.ts';
import { putVersion } from '../versions.ts';

/** Gates in the table `inventory`. */
export function createGateStore(table: Table): GateStore {
  return {
    get: (provider, limit) => readableItem(table, { schema: Gate, key: gateKey(provider, limit) }),
    commit: (gate) =>
      putVersion(table, gateKey(gate.provider, gate.limit), { schema: Gate, value: gate }),
  };
}
