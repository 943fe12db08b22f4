// Decides whether a silent lease may end. The first look only records and counts the silence; the
// second look lets it end, unless a crowd of leases became silent with it. Then the lease is held
// and checked again while the crowd is silent.

import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { after, before, type DurationMs, type EpochMs } from '../../core/base/time.ts';
import type { Pulse } from '../../core/instance/pulse.ts';
import { commitChange } from '../../core/lease/decision.ts';
import type { LeaseIn } from '../../core/lease/lease.ts';
import {
  describeSilentCrowd,
  isNoticed,
  limitPassedAt,
  recordHeldSilence,
} from '../../core/lease/silence.ts';
import { openWhenSwept } from '../../core/sweep/record.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import { changeLease, type Records } from '../common/change-lease.ts';

export type HoldSilencePorts = Records & {
  readonly pulses: PulseStore;
  readonly sweeps: SweepStore;
  readonly providerNames: readonly ProviderName[];
};

/** The number of open leases at the last sweep, at all providers. */
async function openLeases({ providerNames, sweeps }: HoldSilencePorts): Promise<number> {
  return openWhenSwept(await Promise.all(providerNames.map((name) => sweeps.last(name))));
}

/** How many leases became silent in the window up to `now`. */
export function recentSilences(
  { sweeps }: { readonly sweeps: SweepStore },
  now: EpochMs,
): Promise<number> {
  return sweeps.silences(before(now, policy.silence.window), now);
}

type Silence = {
  readonly lease: LeaseIn<'active'>;
  readonly pulse: Pulse;
  readonly patience: DurationMs;
};

async function notice(ports: HoldSilencePorts, { lease, pulse, patience }: Silence) {
  const now = ports.clock.now();
  const lookAgainAt = after(now, patience);
  if ((await ports.pulses.noteSilence(pulse.leaseId, lookAgainAt)) === 'over') return null;
  // A missing instance explains the silence of its lease.
  if (lease.missingSince === null) await ports.sweeps.countSilence(now);
  return lookAgainAt;
}

/**
 * When to check the silent lease again; null when it may end now. Safe to repeat: at worst the
 * silence is counted twice. Throws StoreDown, Conflict.
 */
export async function holdSilence(
  ports: HoldSilencePorts,
  lease: LeaseIn<'active'>,
  pulse: Pulse,
): Promise<EpochMs | null> {
  const now = ports.clock.now();
  if (!isNoticed(pulse, limitPassedAt(lease, pulse, now))) {
    return notice(ports, { lease, pulse, patience: policy.silence.secondLook });
  }
  const crowd = describeSilentCrowd(await recentSilences(ports, now), await openLeases(ports));
  if (crowd === null) return null;
  await changeLease(ports, lease.id, (current, at) =>
    commitChange(current, recordHeldSilence(current, crowd, at)),
  );
  return notice(ports, { lease, pulse, patience: policy.silence.window });
}
