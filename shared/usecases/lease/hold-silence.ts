// Decides whether a lease that is silent may end for it. The first look only notices and counts the
// silence; the second lets it end, unless a crowd fell silent with it: then it is held and looked
// at again, for as long as the crowd is silent.

import { isCrowd } from '../../core/base/crowd.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { after, type DurationMs, type EpochMs, epochMs } from '../../core/base/time.ts';
import { type Pulse, silentFor } from '../../core/instance/pulse.ts';
import type { LeaseIn } from '../../core/lease/lease.ts';
import { note } from '../../core/lease/lease-moves.ts';
import { isNoticed } from '../../core/lease/silence.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import { changeLease, type Records } from '../common/change-lease.ts';

export type HoldSilencePorts = Records & {
  readonly pulses: PulseStore;
  readonly sweeps: SweepStore;
  readonly providerNames: readonly ProviderName[];
};

/** How many leases were open when they were last swept, at all providers. */
export async function openLeases(ports: Omit<HoldSilencePorts, 'pulses'>): Promise<number> {
  const records = await Promise.all(ports.providerNames.map((name) => ports.sweeps.last(name)));
  return Math.max(0, ...records.map((record) => record?.open ?? 0));
}

/** How many leases fell silent in the window up to `now`. */
export function recentSilences({ sweeps }: { sweeps: SweepStore }, now: EpochMs): Promise<number> {
  return sweeps.silences(epochMs(now - policy.silence.window), now);
}

async function notice(ports: HoldSilencePorts, pulse: Pulse, patience: DurationMs) {
  const now = ports.clock.now();
  const lookAgainAt = after(now, patience);
  if ((await ports.pulses.noteSilence(pulse.leaseId, lookAgainAt)) === 'over') return null;
  await ports.sweeps.countSilence(now);
  return lookAgainAt;
}

async function say(ports: HoldSilencePorts, lease: LeaseIn<'active'>, reason: string) {
  await changeLease(ports, lease.id, (current, now) => {
    if (current.state !== 'active') return { commit: null, result: null };
    return { commit: note(current, { type: 'silence-held', reason }, now), result: null };
  });
}

/**
 * When to look at the silent lease again; null when it may end now. Safe to repeat: at worst the
 * silence counts twice. Throws StoreDown, Conflict.
 */
export async function holdSilence(
  ports: HoldSilencePorts,
  lease: LeaseIn<'active'>,
  pulse: Pulse,
): Promise<EpochMs | null> {
  const now = ports.clock.now();
  const silent = silentFor(pulse, lease.activeAt, now);
  const since = epochMs(now - silent + lease.terms.silenceLimit);
  if (!isNoticed(pulse, since)) return notice(ports, pulse, policy.silence.secondLook);
  const [silences, open] = [await recentSilences(ports, now), await openLeases(ports)];
  if (!isCrowd(silences, open)) return null;
  await say(
    ports,
    lease,
    `${silences} of ${open} leases fell silent together: it does not end yet`,
  );
  return notice(ports, pulse, policy.silence.window);
}
