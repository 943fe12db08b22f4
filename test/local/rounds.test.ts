// What a service does again and again, for every provider that it holds keys of.

import { describe, expect, it } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { type CallOnTime, roundsOf } from '../../local/rounds.ts';
import { createVirtualClock } from '../../local/workflow/clock.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';

/** Rounds of two providers, and the names of their calls. */
function twoProviders(call: CallOnTime = async () => undefined) {
  const clock = createVirtualClock(0);
  const calls: string[] = [];
  const noting: CallOnTime = (name, payload) => {
    calls.push(name);
    return call(name, payload);
  };
  return { clock, calls, rounds: roundsOf(clock, noting, [firstProvider, firstProvider]) };
}

describe('rounds', () => {
  it('are made for each provider', async () => {
    const { clock, calls, rounds } = twoProviders();
    rounds.keepFresh();
    rounds.keepReconciled();
    await clock.advanceTo(policy.menu.refreshEvery);
    expect(calls).toEqual(['refreshOffers', 'refreshOffers']);
    await clock.advanceTo(policy.reconcile.every);
    expect(calls.filter((name) => name === 'reconcileCharges')).toHaveLength(2);
    rounds.stop();
    calls.length = 0;
    await clock.advanceTo(2 * policy.reconcile.every);
    expect(calls).toEqual([]);
  });

  it('of one provider go on when those of another fail', async () => {
    let made = 0;
    const { rounds } = twoProviders(async () => {
      made += 1;
      if (made === 1) throw new Error('the first provider is down');
    });
    await expect(rounds.sweep()).rejects.toThrow('the first provider is down');
    expect(made).toBe(2);
  });
});
