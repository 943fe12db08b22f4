// Decides whether a silent lease may end. The first look only records and counts the silence; the
// second look lets it end, unless a crowd of leases became silent with it. Then the lease is held
// and checked again while the crowd is silent.

import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { after, before, type EpochMs } from '../../core/base/time.ts';
import type { Pulse } from '../../core/instance/pulse.ts';
import { commitChange } from '../../core/lease/decision.ts';
import type { LeaseIn } from '../../core/lease/lease.ts';
import {
  describeSilentCrowd,
  isNoticed,
  limitPassedAt,
  recordHeldSilence,
  secondLookAt,
} from '../../core/lease/silence.ts';
import { openWhenSwept } from '../../core/sweep/record.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';
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
  report: ReportUnreadable,
): Promise<number> {
  return sweeps.silences(before(now, policy.silence.window), now, report);
}

/** The crowd that became silent, in words; null when there is none. An unknown count may be one. */
async function describeCrowd(ports: HoldSilencePorts, now: EpochMs): Promise<string | null> {
  let unknown = false;
  const silences = await recentSilences(ports, now, () => {
    unknown = true;
  });
  if (unknown) return 'the number of leases that became silent at the same time is unknown';
  return describeSilentCrowd(silences, await openLeases(ports));
}

type Silence = {
  readonly lease: LeaseIn<'active'>;
  readonly pulse: Pulse;
  readonly silenceFrom: EpochMs;
};

/** Records that the silence was seen and is looked at again; the pulse with that time. */
async function notice(
  ports: HoldSilencePorts,
  { lease, pulse }: Silence,
  silenceLookAt: EpochMs,
): Promise<Pulse> {
  if ((await ports.pulses.noteSilence(pulse.leaseId, silenceLookAt)) === 'over') return pulse;
  // A missing instance explains the silence of its lease.
  if (lease.missingSince === null) await ports.sweeps.countSilence(ports.clock.now());
  return { ...pulse, silenceLookAt };
}

/**
 * The pulse, with the time of the next look at the silence, if there must be one. Safe to repeat:
 * at worst the silence is counted twice. Throws StoreDown, Conflict.
 */
export async function holdSilence(ports: HoldSilencePorts, silence: Silence): Promise<Pulse> {
  const now = ports.clock.now();
  const { lease, pulse } = silence;
  const passedAt = limitPassedAt(silence, now);
  if (passedAt > now) return pulse;
  if (!isNoticed(pulse, passedAt)) return notice(ports, silence, secondLookAt(passedAt, now));
  const crowd = await describeCrowd(ports, now);
  if (crowd === null) return pulse;
  await changeLease(ports, lease.id, (current, at) =>
    commitChange(current, recordHeldSilence(current, crowd, at)),
  );
  return notice(ports, silence, after(now, policy.silence.window));
}
