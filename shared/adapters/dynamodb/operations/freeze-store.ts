// Freezes: one record for each scope, in one partition of the table `leases`, so that admission
// reads them and the lease in one call.

import { Failure } from '../../../core/base/failure.ts';
import type { ConsumerId } from '../../../core/base/ids.ts';
import { Lease } from '../../../core/lease/lease.ts';
import { Freeze, type FreezeScope } from '../../../core/operations/freeze.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import { FREEZES, freezeKey, leaseKey } from '../schema.ts';
import { type Item, parseItem, readableOf, type Table, tryItem } from '../table.ts';
import { putVersion } from '../versions.ts';

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

/** Whether the record is about another consumer only, which its key says. */
const isOfAnother = ({ sk }: Item, consumer: ConsumerId): boolean =>
  String(sk).startsWith('SCOPE#CONSUMER#') && sk !== keyOf({ kind: 'consumer', consumer }).sk;

/** Freezes in the table `leases`. */
export function createFreezeStore(table: Table): FreezeStore {
  const strict = (items: readonly Item[]): readonly Freeze[] =>
    readableOf(table, { schema: Freeze, items }, ({ why }) => {
      throw new Failure('StoreDown', `could not read a freeze, which may be in force: ${why}`);
    });
  return {
    all: async (report) =>
      readableOf(table, { schema: Freeze, items: await table.query(FREEZES) }, report),
    concerning: async (consumer) => {
      const items = await table.query(FREEZES);
      return strict(items.filter((item) => !isOfAnother(item, consumer)));
    },
    get: async (scope) => {
      const item = await table.get(keyOf(scope));
      if (item === null) return null;
      const parsed = tryItem(table, Freeze, item);
      return 'value' in parsed ? parsed.value : 'unreadable';
    },
    commit: (freeze) => putVersion(table, keyOf(freeze.scope), { schema: Freeze, value: freeze }),
    admission: async (id, consumer) => {
      const scopes = [keyOf({ kind: 'all' }), keyOf({ kind: 'consumer', consumer })];
      const items = await table.getMany([leaseKey(id), ...scopes]);
      const lease = items.find(({ pk }) => pk !== FREEZES.pk);
      return {
        lease: lease === undefined ? null : parseItem(table, Lease, lease),
        freezes: strict(items.filter(({ pk }) => pk === FREEZES.pk)),
      };
    },
  };
}
