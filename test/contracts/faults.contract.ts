// The port's promises under every fault there is, whole lives at a time: whatever goes wrong, calls
// tell the truth or throw a known failure, no instance is ever without its tag, and once the fault
// is over the provider is as it should be. It must hold for faults that an adapter never notices.

import { expect, it } from 'vitest';
import { Failure } from '../../shared/core/base/failure.ts';
import { hours, minutes } from '../../shared/core/base/time.ts';
import { type Fault, faultNames, type Harness, type Start } from './harness.ts';
import { alive, anyOffer, aTag, launchVisibly, spec } from './support.ts';

/** What a read or a destroy may throw; anything else is a fault of the adapter. */
const known: readonly string[] = ['RateLimited', 'ProviderDown', 'Unauthorised'];

/** Nobody waits for a slow answer longer than that, in real time. */
const slowForMs = 5;

const faultOf = (name: Fault['name']): Fault =>
  name === 'slow' ? { name, forMs: slowForMs } : { name };

/** Every fault alone, and each way in which a key can be refused. */
const cases: readonly [title: string, fault: Fault][] = [
  ...faultNames.map((name): [string, Fault] => [name, faultOf(name)]),
  ['bad-key, the second way', { name: 'bad-key', variant: 1 }],
  ['bad-key, the third way', { name: 'bad-key', variant: 2 }],
];

/** What the call answered, or `failed` after one of the known failures. */
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

/** Once nothing goes wrong any more: lists tell the truth, and destroy ends whatever is left. */
async function recovers(harness: Harness): Promise<void> {
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
  it.each(cases)('%s, create tells what it did or that it does not know', async (_title, fault) => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    harness.addFault(fault);
    const outcome = await harness.provider.create(aTag(), offer, spec);
    const made = alive(harness);
    expect(made.map(({ label }) => label)).toEqual(made.map(() => aTag()));
    if (outcome.kind === 'launched') expect(idsOf(harness)).toEqual([outcome.instanceId]);
    else if (outcome.kind !== 'outcome-unknown') expect(made).toEqual([]);
    await recovers(harness);
  });

  it.each(cases)('%s, reads never make an instance absent that is there', async (_title, fault) => {
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
    await recovers(harness);
  });

  it.each(cases)('%s, destroy never says absent of what is there', async (_title, fault) => {
    const harness = await begin();
    const { provider, pass } = harness;
    const id = await launchVisibly(harness);
    harness.addFault(fault);
    for (let count = 0; count < 3; count += 1) {
      const before = idsOf(harness);
      const answer = await tried(() => provider.destroy(id));
      if (answer === 'absent') expect(before).toEqual([]);
      // The first answer may be lost, and a zombie is accepted while it runs on.
      if (answer === 'accepted') expect(before).toEqual([id]);
      pass(provider.card.spacing.destroy);
    }
    await recovers(harness);
  });

  it.each(cases)('%s, a life goes on to its end', async (_title, fault) => {
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
    await recovers(harness);
  });
}
