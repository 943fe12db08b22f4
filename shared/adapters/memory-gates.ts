// Gates in memory, for a process that works alone: without the database, or in tests.

import type { Gate } from '../core/instance/gate.ts';
import type { GateStore } from '../ports/gate-store.ts';

export function createMemoryGates(): GateStore {
  const gates = new Map<string, Gate>();
  return {
    get: async (provider, limit) => gates.get(`${provider} ${limit}`) ?? null,
    commit: async (gate) => {
      const name = `${gate.provider} ${gate.limit}`;
      if ((gates.get(name)?.version ?? 0) !== gate.version - 1) return 'conflict';
      gates.set(name, gate);
      return 'committed';
    },
  };
}
