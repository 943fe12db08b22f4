// Rounds of teardown on the real database engine: each lists, decides, commits the lease once and
// then destroys. The response of destroy is one more commit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProviderAccountStore } from '../../../../shared/adapters/dynamodb/instance/provider-account-store.ts';
import { createSweepStore } from '../../../../shared/adapters/dynamodb/sweep/sweep-store.ts';
import { Failure } from '../../../../shared/core/base/failure.ts';
import type { EpochMs } from '../../../../shared/core/base/time.ts';
import type { Instance } from '../../../../shared/core/instance/instance.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { applyDestroyOutcome, unacceptedTargets } from '../../../../shared/core/lease/teardown.ts';
import type { KeyedProvider } from '../../../../shared/ports/provider.ts';
import { createDestroyInstance } from '../../../../shared/usecases/lease/steps/destroy-instance.ts';
import { createFindLaunched } from '../../../../shared/usecases/lease/steps/find-launched.ts';
import { createProveAbsence } from '../../../../shared/usecases/lease/steps/prove-absence.ts';
import { createRetireAttempt } from '../../../../shared/usecases/lease/steps/retire-attempt.ts';
import { aDeployment, aLeaseId, aSigner, at } from '../../../support/builders/base.ts';
import { anAccountOf } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
  aRequestedLease,
  aRetiringLease,
} from '../../../support/builders/lease.ts';
import { aCard, anInstance } from '../../../support/builders/sightings.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const unused = () => Promise.reject(new Error('this is never called'));
let worlds = 0;

/** A world with one lease, created by `from`, and an ordered trace of the calls in it. */
async function aWorld(from: (requested: ReturnType<typeof aRequestedLease>) => Lease) {
  worlds += 1;
  const id = aLeaseId(`r${String(worlds).padStart(19, '0')}`);
  const requested = aRequestedLease({ id });
  await database.leases.create(requested);
  await database.leases.commit({ ...from(requested), version: requested.version + 1 });
  const trace: string[] = [];
  const listed: Instance[] = [];
  const failing = new Set<'list' | 'destroy'>();
  let got: Instance | 'absent' = 'absent';
  let now: EpochMs = at('12:40');
  const call = (name: 'list' | 'destroy' | 'get'): void => {
    trace.push(name);
    if (name !== 'get' && failing.has(name)) throw new Failure('ProviderDown', 'a test said so');
  };
  const market: KeyedProvider = {
    ...{ card: aCard(), search: unused, create: unused, attachKey: unused },
    ...{ charges: unused, balance: unused },
    ...{ ...anAccountOf(), previous: null, account: async () => anAccountOf().id },
    get: async () => {
      call('get');
      return got;
    },
    list: async () => {
      call('list');
      return [...listed];
    },
    destroy: async () => {
      call('destroy');
      return 'accepted';
    },
  };
  let present: KeyedProvider = market;
  const ports = {
    leases: {
      ...database.leases,
      commit: (lease: Lease) => {
        trace.push('commit');
        return database.leases.commit(lease);
      },
    },
    ...{ accounts: database.accounts, ledger: database.ledger, pulses: database.pulses },
    sweeps: createSweepStore(database.tables.inventory),
    providerAccounts: createProviderAccountStore(database.tables.inventory),
    clock: { now: () => now },
    ...{ providers: () => present, deployment: aDeployment, signer: aSigner },
  };
  const label = tagOf({ deployment: aDeployment, leaseId: id, attempt: 1 }, aSigner);
  return {
    ...{ id, ports, trace, listed, failing },
    /** From now on the present key is of another account, and this one is the previous, if any. */
    changeKey: (previous: KeyedProvider | null) => {
      present = {
        ...market,
        ...{ key: 'key-two', previous, account: async () => '654321' },
        list: async () => [],
        get: async () => 'absent',
        destroy: async () => 'absent',
      };
    },
    market,
    /** What a read of the instance returns from now on. */
    show: (instance: Instance | 'absent') => {
      got = instance;
    },
    input: { leaseId: id, generation: 1, startedAt: at('12:30') },
    shown: anInstance({ label }),
    lease: () => database.leases.get(id),
    pass: (instant: EpochMs) => {
      now = instant;
      trace.length = 0;
    },
  };
}

type Requested = ReturnType<typeof aRequestedLease>;
const ending = (requested: Requested): Lease =>
  anEndingLease(anActiveLease(aBootingLease(aLaunchingLease(requested))));

/** The lease with every destroy accepted at 12:31. */
function accepted(lease: Lease): Lease {
  const last = { usage: null, runningSince: null, seenAt: [] };
  return unacceptedTargets(lease).reduce(
    (each, target) => applyDestroyOutcome(each, { ...target, how: 'accepted', last }, at('12:31')),
    lease,
  );
}

describe('a round of Prove absence', () => {
  it('makes one commit of an empty listing, and the second one is the proof', async () => {
    const { ports, input, trace, pass, lease } = await aWorld((from) => accepted(ending(from)));
    const prove = createProveAbsence(ports);
    expect(await prove(input)).toMatchObject({ kind: 'absence-pending' });
    expect(trace).toEqual(['list', 'commit']);
    pass(at('12:41'));
    expect(await prove(input)).toMatchObject({ kind: 'done' });
    expect(trace).toEqual(['list', 'get', 'commit']);
    expect(await lease()).toMatchObject({ state: 'ending', attempts: [{ state: 'gone' }] });
    pass(at('12:42'));
    expect(await prove(input)).toMatchObject({ kind: 'done' });
    expect(trace).toEqual([]);
  });

  it('commits first, then destroys a listed instance and records the response', async () => {
    const world = await aWorld((from) => accepted(ending(from)));
    world.listed.push(world.shown);
    const outcome = await createProveAbsence(world.ports)(world.input);
    expect(outcome).toMatchObject({ kind: 'still-present' });
    expect(world.trace).toEqual(['list', 'commit', 'destroy', 'commit']);
    expect(await world.lease()).toMatchObject({
      attempts: [{ destroyAcceptedAt: at('12:40'), lastSeenAt: at('12:40') }],
    });
  });

  it('destroys instances without an accepted destroy when the listing is empty', async () => {
    const { ports, input, trace, show, shown } = await aWorld(ending);
    show(shown);
    expect(await createProveAbsence(ports)(input)).toMatchObject({ kind: 'absence-pending' });
    expect(trace).toEqual(['list', 'commit', 'get', 'destroy', 'commit']);
  });

  it('commits once when its listing fails, so that its execution is not restarted', async () => {
    const { ports, input, trace, failing, lease } = await aWorld(ending);
    failing.add('list');
    await expect(createProveAbsence(ports)(input)).rejects.toThrow('a test said so');
    expect(trace).toEqual(['list', 'commit']);
    expect(await lease()).toMatchObject({ version: 3, dueBy: at('13:00') });
  });

  it('records a failed destroy, and throws its error', async () => {
    const { ports, input, trace, failing, lease, show, shown } = await aWorld(ending);
    failing.add('destroy');
    show(shown);
    await expect(createProveAbsence(ports)(input)).rejects.toThrow('a test said so');
    expect(trace).toEqual(['list', 'commit', 'get', 'destroy', 'commit']);
    const found = await lease();
    const events = await database.leases.events(input.leaseId, 0);
    expect(events.at(-1)).toMatchObject({ type: 'destroy-failed' });
    expect(found?.attempts).toMatchObject([{ lastSeenAt: at('12:40') }]);
  });
});

describe('a round under a key of another account', () => {
  it('proves nothing, records no destroy and throws', async () => {
    const { ports, input, lease, changeKey, pass } = await aWorld(ending);
    changeKey(null);
    await createDestroyInstance(ports)({ ...input, attempt: 1 });
    for (const time of ['12:41', '12:42', '12:43'] as const) {
      pass(at(time));
      await expect(createProveAbsence(ports)(input)).rejects.toMatchObject({ name: 'BadReply' });
    }
    expect(await lease()).toMatchObject({ attempts: [{ state: 'created' }] });
  });

  it('tears down and proves with the previous key', async () => {
    const { ports, input, lease, changeKey, pass, market, show, shown, trace } =
      await aWorld(ending);
    changeKey(market);
    show(shown);
    await createDestroyInstance(ports)({ ...input, attempt: 1 });
    expect(trace).toEqual(['get', 'destroy', 'commit']);
    show('absent');
    const prove = createProveAbsence(ports);
    expect(await prove(input)).toMatchObject({ kind: 'absence-pending' });
    pass(at('12:41'));
    expect(await prove(input)).toMatchObject({ kind: 'done' });
    expect(await lease()).toMatchObject({
      attempts: [{ state: 'gone', proof: { by: 'listings' } }],
    });
  });
});

describe('a round of Retire attempt', () => {
  const retiring = (requested: Requested): Lease =>
    aRetiringLease(aBootingLease(aLaunchingLease(requested)));

  it('that is late does nothing to a newer instance', async () => {
    const booting = (requested: Requested) => aBootingLease(aLaunchingLease(requested));
    for (const newer of [booting, (requested: Requested) => anActiveLease(booting(requested))]) {
      const { ports, input, trace } = await aWorld(newer);
      expect(await createRetireAttempt(ports)(input)).toMatchObject({ kind: 'done' });
      expect(trace).toEqual([]);
    }
  });

  it('destroys first, also when the listing fails', async () => {
    const { ports, input, trace, failing, show, shown } = await aWorld(retiring);
    failing.add('list');
    show(shown);
    await expect(createRetireAttempt(ports)(input)).rejects.toThrow('a test said so');
    expect(trace).toEqual(['get', 'destroy', 'commit', 'list']);
  });

  it('makes one commit of each listing, until absence is proved', async () => {
    const { ports, input, trace, pass, lease } = await aWorld((from) => accepted(retiring(from)));
    const retire = createRetireAttempt(ports);
    expect(await retire(input)).toMatchObject({ kind: 'absence-pending' });
    expect(trace).toEqual(['list', 'commit']);
    pass(at('12:41'));
    expect(await retire(input)).toMatchObject({ kind: 'done' });
    expect(trace).toEqual(['list', 'get', 'commit']);
    expect(await lease()).toMatchObject({ attempts: [{ state: 'gone' }] });
  });

  it('destroys a listed instance again', async () => {
    const { ports, input, trace, listed, shown } = await aWorld((from) => accepted(retiring(from)));
    listed.push(shown);
    expect(await createRetireAttempt(ports)(input)).toMatchObject({ kind: 'still-present' });
    expect(trace).toEqual(['list', 'commit', 'destroy', 'commit']);
  });
});

describe('a search of Find launched', () => {
  it('makes one commit, whether it finds the instance or not', async () => {
    const { ports, input, trace, listed, shown, pass, lease } = await aWorld((from) =>
      aLaunchingLease(from),
    );
    const find = createFindLaunched(ports);
    expect(await find(input)).toMatchObject({ kind: 'still-unknown' });
    expect(trace).toEqual(['list', 'commit']);
    pass(at('12:40:10'));
    listed.push(shown);
    expect(await find(input)).toEqual({ kind: 'done', output: { timeoutSeconds: 600 } });
    expect(trace).toEqual(['list', 'commit']);
    expect(await lease()).toMatchObject({ state: 'booting', attempts: [{ state: 'created' }] });
  });
});
