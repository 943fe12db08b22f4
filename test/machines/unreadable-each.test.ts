// One record of each kind, damaged at the same time: sweeps, teardown, reports, verification,
// freezes and thaws go on for everybody else, and everything that was left out is named.

import { expect, it } from 'vitest';
import {
  accountPlaceKey,
  dayKey,
  ENTRIES,
  freezeKey,
  type Key,
  leaseKey,
  noteKey,
  reconciliationKey,
  roomKey,
  silenceKey,
  sweepKey,
  type TableName,
} from '../../shared/adapters/dynamodb/schema.ts';
import { closeDays } from '../../shared/app/billing.ts';
import { advanceFreezes } from '../../shared/app/operations.ts';
import { table } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import { brandId, ConsumerId, LeaseId } from '../../shared/core/base/ids.ts';
import { epochMs } from '../../shared/core/base/time.ts';
import { Day } from '../../shared/core/billing/days.ts';
import { booksOf } from '../support/worlds/books.ts';
import {
  CONSUMER,
  type LeaseWorld,
  leaseWorld,
  OPERATOR,
  STRANGER,
} from '../support/worlds/lease.ts';
import { endedRun } from '../support/worlds/runs.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const OTHER = brandId(ConsumerId, '123456789012/other-team');
const AS_OPERATOR = { userArn: OPERATOR };
const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

type Damage = {
  readonly name: TableName;
  /** The record, of the stranger where it belongs to somebody; `id` is the stranger's lease. */
  readonly key: (id: LeaseId, world: LeaseWorld) => Promise<Key> | Key;
  readonly field: string;
  /** Which reply or page names it. */
  readonly named: RegExp;
};

const firstEntry = async (_id: LeaseId, { service }: LeaseWorld): Promise<Key> => {
  const range = { pk: accountPlaceKey(OTHER).sk, ...ENTRIES, limit: 1 };
  const [item] = await table(service.runtime, 'ledger').query(range);
  return { pk: String(item?.['pk']), sk: String(item?.['sk']) };
};

const NOTE = { at: epochMs(0), kind: 'limits-changed', id: '9' } as const;
const FROZEN = `CONSUMER#${OTHER}`;

const DAMAGES: Record<string, Damage> = {
  'a freeze': {
    ...{ name: 'leases', key: () => freezeKey(FROZEN), field: 'acts' },
    named: /SCOPE#CONSUMER#123456789012\/other-team/,
  },
  'a lease': {
    name: 'leases',
    key: leaseKey,
    field: 'terms',
    named: /"leases":\[\],"unreadable":\["\w{20}"\]/,
  },
  'a count of silent leases': {
    ...{ name: 'inventory', field: 'count', named: /SILENCES \d+: count/ },
    key: (_id, { clock }) => silenceKey(Math.floor(clock.now() / MINUTE)),
  },
  'a record of prepaid room': {
    ...{ name: 'inventory', key: () => roomKey('vastai'), field: 'takes', named: /ROOM: provider/ },
  },
  'the record of the last sweep': {
    ...{ name: 'inventory', key: () => sweepKey('vastai'), field: 'counts', named: /SWEEP: / },
  },
  'the record of the last reconciliation': {
    ...{ name: 'inventory', key: () => reconciliationKey('vastai'), field: 'findings' },
    named: /vastai/,
  },
  'a note of an account': {
    ...{ name: 'ledger', key: () => noteKey(CONSUMER, NOTE), field: 'reason', named: /NOTE#1970/ },
  },
  'a closed day': {
    ...{ name: 'ledger', key: () => dayKey(OTHER, Day.parse('2026-10-01')), field: 'rows' },
    named: /DAY#2026-10-01/,
  },
  'a ledger entry': { name: 'ledger', key: firstEntry, field: 'kind', named: /ENTRY#\S+: kind/ },
  'an account': {
    ...{ name: 'ledger', key: () => ({ pk: accountPlaceKey(OTHER).sk, sk: 'ACCOUNT' }) },
    ...{ field: 'holds', named: /other-team ACCOUNT: holds/ },
  },
};

async function strangersLease(world: LeaseWorld): Promise<LeaseId> {
  const headers = { 'idempotency-key': 'of-a-stranger' };
  const body = { gpuNames: ['RTX 4090'], sshPublicKey: KEY };
  const { body: reply } = await world.ask('requestLease', { headers, body, userArn: STRANGER });
  const id = brandId(LeaseId, (reply as { id: string }).id);
  await world.untilState(id, 'active');
  await world.ask('releaseLease', { params: { id }, userArn: STRANGER });
  await world.untilState(id, 'ended');
  return id;
}

/** Sets one field of the record to a value that can't be read, and adds the record if need be. */
async function damage(world: LeaseWorld, { name, key, field }: Damage, id: LeaseId) {
  await table(world.service.runtime, name).update(await key(id, world), {
    update: `SET #${field} = :odd`,
    condition: 'attribute_exists(#pk) OR attribute_not_exists(#pk)',
    values: { ':odd': { odd: true } },
  });
}

/** Everything that reads lists of records, as an operator. */
async function readAll(world: LeaseWorld): Promise<readonly unknown[]> {
  const consumer = { query: { consumer: OTHER } };
  const asked = [
    await world.ask('readFreezes', AS_OPERATOR),
    await world.ask('readDoctor', AS_OPERATOR),
    await world.ask('readCosts', { ...AS_OPERATOR, query: { groupBy: 'consumer' } }),
    await world.ask('readCosts', { ...AS_OPERATOR, query: { groupBy: 'lease' } }),
    await world.ask('readLedger', { ...AS_OPERATOR, ...consumer }),
    await world.ask('listLeases', { ...AS_OPERATOR, ...consumer }),
    await world.ask('readReconciliations', AS_OPERATOR),
    await world.ask('readHealth'),
    await world.ask('readAccountEvents', { params: { consumer: CONSUMER } }),
  ];
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
  return asked.map(({ body }) => body);
}

it('a record of each kind that cannot be read stops nothing else, and is named', async () => {
  const pages: string[] = [];
  const world = await leaseWorld({
    log: ({ kind, message }) => void (kind === 'page' && pages.push(String(message))),
  });
  const stranger = await strangersLease(world);
  const { id, instanceId } = await world.active();
  await world.ask('placeFreeze', {
    ...AS_OPERATOR,
    body: { scope: 'consumer', consumer: OTHER, why: 'a test' },
  });
  for (const each of Object.values(DAMAGES)) await damage(world, each, stranger);

  const orphan = world.plant();
  const record = await world.sweep(3);
  expect(record).toMatchObject({ failure: null, open: 1 });
  expect([orphan, instanceId].map(world.lives)).toEqual([false, true]);
  await once(world.service.runtime, advanceFreezes)(undefined);
  const replies = await readAll(world);
  const thaw = { scope: 'consumer', consumer: OTHER, why: 'a test' };
  const thawed = await world.ask('thaw', { ...AS_OPERATOR, body: thaw });
  expect(thawed).toMatchObject({ status: 200, body: { state: 'thawed' } });

  const next = await world.active();
  await world.end(next.id);
  await world.end(id);
  await world.pass(26 * HOUR);
  expect(await once(world.service.runtime, closeDays)()).toMatchObject({
    closed: expect.any(Number),
  });
  expect(await endedRun(world, 'reconcileCharges')).toMatchObject({ state: 'done' });
  const verdict = await booksOf(world).verify();
  expect(verdict).toMatchObject({ accounts: 2 });
  const text = JSON.stringify([pages, replies, verdict.differences]);
  const unnamed = Object.entries(DAMAGES).filter(([, { named }]) => !named.test(text));
  expect(unnamed.map(([kind]) => kind)).toEqual([]);
  expect(world.alive()).toBe(0);
  await world.close();
});
