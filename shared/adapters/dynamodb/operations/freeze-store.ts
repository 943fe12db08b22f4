// Freezes: one record for each scope, in one partition of the table `leases`, so that admission
// reads them and the lease in one call.

import { Lease } from '../../../core/lease/lease.ts';
import { Freeze, type FreezeScope } from '../../../core/operations/freeze.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import { FREEZES, freezeKey, leaseKey } from '../schema.ts';
import { type Item, parseItem, type Table } from '../table.ts';

const placeOf = (scope: FreezeScope): string => {
  switch (scope.kind) {
    case 'all':
      return 'ALL';
    case 'consumer':
      return `CONSUMER#${scope.consumer}`;
    case 'provider':
      return `PROVIDER#${scope.provider}`;
  }
};
const keyOf = (scope: FreezeScope) => freezeKey(placeOf(scope));

/** Freezes in the table `leases`. */
export function createFreezeStore(table: Table): FreezeStore {
  const parse = (item: Item): Freeze => parseItem(table, Freeze, item);
  return {
    all: async () => (await table.query(FREEZES)).map(parse),
    get: async (scope) => {
      const item = await table.get(keyOf(scope));
      return item === null ? null : parse(item);
    },
    commit: async (freeze) => {
      const written = await table.put(keyOf(freeze.scope), freeze, {
        condition: 'attribute_not_exists(#pk) OR #version = :previous',
        values: { ':previous': freeze.version - 1 },
      });
      return written === 'written' ? 'committed' : 'conflict';
    },
    admission: async (id, consumer) => {
      const scopes = [keyOf({ kind: 'all' }), keyOf({ kind: 'consumer', consumer })];
      const items = await table.getMany([leaseKey(id), ...scopes]);
      const lease = items.find(({ pk }) => pk !== FREEZES.pk);
      return {
        lease: lease === undefined ? null : parseItem(table, Lease, lease),
        freezes: items.filter(({ pk }) => pk === FREEZES.pk).map(parse),
      };
    },
  };
}
