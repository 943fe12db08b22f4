// The provider port's contract under every fault: a call returns a correct result or throws a known
// failure, no instance exists without its tag, and after the fault the adapter works normally. It
// must hold also for faults that the adapter can't notice.

import { expect, it } from 'vitest';
import { Failure } from '../../shared/core/base/failure.ts';
import { hours, minutes } from '../../shared/core/base/time.ts';
import { type Fault, faultNames, type Harness, type Start } from './harness.ts';
import { alive, anyOffer, aTag, launchVisibly, spec } from './support.ts';

/** The failures that a read or a destroy may throw; any other error is a bug of the adapter. */
const known: readonly string[] = ['RateLimited', 'ProviderDown', 'Unauthorised'];

/** The delay of a slow response, in real time. */
const slowForMs = 5;

const faultOf = (name: Fault['name']): Fault =>
  name === 'slow' ? { name, forMs: slowForMs } : { name };

/** Every fault, and each response to a refused key. */
const cases: readonly [title: string, fault: Fault][] = [
  ...faultNames.map((name): [string, Fault] => [name, faultOf(name)]),
  ['bad-key, the second way', { name: 'bad-key', variant: 1 }],
  ['bad-key, the third way', { name: 'bad-key', variant: 2 }],
];

/** The result of the call, or `failed` after a known failure. */
async function tried<Answer>(call: () => Promise<Answer>): Promise<Answer | 'failed'> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Failure && known.includes(error.name)) return 'failed';
    throw error;
  }
}

const idsOf = (harness: Harness) =>
  alive(harness)
    .map(({ id }) => id)
    .toSorted();

/** After the fault, lists are complete, and destroy ends all instances. */
async function expectRecovery(harness: Harness): Promise<void> {
  const { provider, pass } = harness;
  harness.clearFaults();
  pass(minutes(5));
  const listed = await provider.list();
  expect(listed.map(({ id }) => id).toSorted()).toEqual(idsOf(harness));
  for (const { id } of listed) expect(await provider.destroy(id)).toBe('accepted');
  pass(provider.card.listLag);
  expect([alive(harness), await provider.list()]).toEqual([[], []]);
}

export function faultPromises(begin: Start): void {
  it.each(cases)(
    '%s, create returns its correct outcome or outcome-unknown',
    async (_title, fault) => {
      const harness = await begin();
      const offer = await anyOffer(harness);
      harness.addFault(fault);
      const outcome = await harness.provider.create(aTag(), offer, spec);
      const made = alive(harness);
      expect(made.map(({ label }) => label)).toEqual(made.map(() => aTag()));
      if (outcome.kind === 'launched') expect(idsOf(harness)).toEqual([outcome.instanceId]);
      else if (outcome.kind !== 'outcome-unknown') expect(made).toEqual([]);
      await expectRecovery(harness);
    },
  );

  it.each(cases)('%s, reads never report an existing instance as absent', async (_title, fault) => {
    const harness = await begin();
    const { provider } = harness;
    for (let count = 0; count < harness.pageSize; count += 1) harness.addForeign(null);
    const id = await launchVisibly(harness);
    harness.addFault(fault);
    expect(await tried(() => provider.get(id))).not.toBe('absent');
    const listed = await tried(() => provider.list());
    const mayBeStale = fault.name === 'stale-list';
    if (listed !== 'failed' && !mayBeStale) {
      expect(listed.map((instance) => instance.id).toSorted()).toEqual(idsOf(harness));
    }
    const charges = await tried(() => provider.charges(harness.now(), harness.now()));
    if (charges !== 'failed') expect(charges).toHaveLength(harness.pageSize + 1);
    await tried(() => provider.balance());
    await expectRecovery(harness);
  });

  it.each(cases)(
    '%s, destroy never returns absent for an existing instance',
    async (_title, fault) => {
      const harness = await begin();
      const { provider } = harness;
      const id = await launchVisibly(harness);
      harness.addFault(fault);
      for (let count = 0; count < 3; count += 1) {
        const before = idsOf(harness);
        const answer = await tried(() => provider.destroy(id));
        if (answer === 'absent') expect(before).toEqual([]);
        // The first response may be lost, and destroy of a running zombie is accepted again.
        if (answer === 'accepted') expect(before).toEqual([id]);
      }
      await expectRecovery(harness);
    },
  );

  it.each(cases)('%s, an instance can be followed to its end', async (_title, fault) => {
    const harness = await begin();
    const { provider, pass } = harness;
    const offer = await anyOffer(harness);
    harness.addFault(fault);
    await provider.create(aTag(), offer, spec);
    for (let look = 0; look < 4; look += 1) {
      pass(hours(1));
      for (const { id } of harness.instances()) await tried(() => provider.get(id));
      await tried(() => provider.list());
    }
    for (const { id, alive: isThere } of harness.instances()) {
      if (!isThere) expect(['absent', 'failed']).toContain(await tried(() => provider.get(id)));
    }
    expect(harness.instances().length).toBeLessThanOrEqual(1);
    await expectRecovery(harness);
  });
}
