// The periodic work of a service, for every provider that is configured.

import { describe, expect, it } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { type CallOnTime, createRounds } from '../../local/rounds.ts';
import { createVirtualClock } from '../../local/workflow/clock.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';

/** The rounds of two providers, and the names of their calls. */
function twoProviders(call: CallOnTime = async () => undefined) {
  const clock = createVirtualClock(0);
  const calls: string[] = [];
  const recorded: CallOnTime = (name, payload) => {
    calls.push(name);
    return call(name, payload);
  };
  return { clock, calls, rounds: createRounds(clock, recorded, [firstProvider, firstProvider]) };
}

describe('rounds', () => {
  it('run for each provider', async () => {
    const { clock, calls, rounds } = twoProviders();
    rounds.startRefreshing();
    rounds.startReconciling();
    await clock.advanceTo(policy.menu.refreshEvery);
    expect(calls).toEqual(['timer-refresh', 'timer-refresh']);
    await clock.advanceTo(policy.reconcile.every);
    expect(calls.filter((name) => name === 'timer-reconcile')).toHaveLength(2);
    rounds.stop();
    calls.length = 0;
    await clock.advanceTo(2 * policy.reconcile.every);
    expect(calls).toEqual([]);
  });

  it('of one provider run when those of another fail', async () => {
    let calls = 0;
    const { rounds } = twoProviders(async () => {
      calls += 1;
      if (calls === 1) throw new Error('the first provider is down');
    });
    await expect(rounds.sweep()).rejects.toThrow('the first provider is down');
    expect(calls).toBe(2);
  });
});
