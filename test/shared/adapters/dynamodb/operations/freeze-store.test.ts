// Freezes on the real engine: a write replaces a record only in the version that was read, and
// admission reads everything in one consistent call.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFreezeStore } from '../../../../../shared/adapters/dynamodb/operations/freeze-store.ts';
import { freezeKey } from '../../../../../shared/adapters/dynamodb/schema.ts';
import { brandId, ConsumerId } from '../../../../../shared/core/base/ids.ts';
import { invariant } from '../../../../../shared/core/base/invariant.ts';
import {
  type Freeze,
  placeFreeze,
  thawUnreadable,
} from '../../../../../shared/core/operations/freeze.ts';
import type { FreezeStore } from '../../../../../shared/ports/freeze-store.ts';
import { aConsumer, aLeaseId, allReadable, at } from '../../../../support/builders/base.ts';
import { aRequestedLease } from '../../../../support/builders/lease.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
let freezes: FreezeStore;
beforeAll(async () => {
  database = await openTestDatabase();
  freezes = createFreezeStore(database.tables.leases);
});
afterAll(() => database.close());

const other = brandId(ConsumerId, '123456789012/other');

function frozen(scope: Freeze['scope'], before: Freeze | null = null, why = 'a test'): Freeze {
  const placing = { scope, landedBy: at('12:10'), by: other, why };
  const freeze = placeFreeze(before, placing, at('12:00'));
  invariant(freeze !== null, 'it changes something');
  return freeze;
}

describe('freezes', () => {
  it('are stored by scope, and replaced only in the version that was read', async () => {
    const all = frozen({ kind: 'all' });
    expect(await freezes.commit(all)).toBe('committed');
    expect(await freezes.commit(all)).toBe('conflict');
    const next = frozen({ kind: 'all' }, all, 'another reason');
    expect(await freezes.commit(next)).toBe('committed');
    expect(await freezes.get({ kind: 'all' })).toEqual(next);
    const there = frozen({ kind: 'provider', provider: 'vastai' });
    await freezes.commit(there);
    expect(await freezes.all(allReadable)).toEqual([next, there]);
    expect(await freezes.get({ kind: 'consumer', consumer: other })).toBeNull();
  });

  it('of all and of the consumer are read with the lease in one call', async () => {
    const lease = aRequestedLease();
    await database.leases.create(lease);
    const [mine, theirs] = [
      frozen({ kind: 'consumer', consumer: aConsumer }),
      frozen({ kind: 'consumer', consumer: other }),
    ];
    await freezes.commit(mine);
    await freezes.commit(theirs);
    const all = await freezes.get({ kind: 'all' });
    database.calls.length = 0;
    const admission = await freezes.admission(lease.id, aConsumer);
    expect(database.calls).toEqual(['BatchGetItem']);
    expect(admission.lease).toEqual(lease);
    expect(new Set(admission.freezes)).toEqual(new Set([all, mine]));
    expect((await freezes.admission(aLeaseId('z'), aConsumer)).lease).toBeNull();
  });
});

describe('a freeze that cannot be read', () => {
  const scope = { kind: 'consumer', consumer: other } as const;
  const damage = (field: string) =>
    database.tables.leases.update(freezeKey(`CONSUMER#${other}`), {
      update: `SET #${field} = :odd`,
      condition: 'attribute_exists(#pk)',
      values: { ':odd': 'odd' },
    });

  it.each(['acts', 'version'])(
    'in its %s, refuses admissions and launches in its scope alone, until it is replaced',
    async (field) => {
      await freezes.commit(frozen(scope));
      await damage(field);
      const named: string[] = [];
      const readable = await freezes.all(({ id }) => named.push(id));
      expect(named).toEqual([`SCOPE#CONSUMER#${other}`]);
      expect(readable.map((freeze) => freeze.scope)).not.toContainEqual(scope);
      const refused = { name: 'StoreDown' };
      await expect(freezes.concerning(other)).rejects.toMatchObject(refused);
      await expect(freezes.admission(aLeaseId(), other)).rejects.toMatchObject(refused);
      await freezes.concerning(aConsumer);
      await freezes.admission(aLeaseId(), aConsumer);

      expect(await freezes.get(scope)).toBe('unreadable');
      const thawed = thawUnreadable(scope, { by: other, why: 'a test' }, at('12:30'));
      const both = [freezes.commit(thawed), freezes.commit(thawed)];
      expect((await Promise.all(both)).toSorted()).toEqual(['committed', 'conflict']);
      expect(await freezes.get(scope)).toMatchObject({ standing: null, acts: thawed.acts });
      await freezes.concerning(other);
    },
  );
});
