// A sweep with nothing but a provider's key and the tag key: when all tables are lost, the tags of
// our instances are enough to find each of them, end it, and prove that it is gone. An instance
// without a valid tag of this deployment is never touched.

import type { InstanceId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { DurationMs, EpochMs } from '../../core/base/time.ts';
import { type AbsenceProof, proveAbsence } from '../../core/instance/absence.ts';
import { separateOurs, type TagReader } from '../../core/instance/sighting.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Provider } from '../../ports/provider.ts';

export type SweepAlonePorts = TagReader & {
  readonly provider: Provider;
  readonly clock: Clock;
  readonly pause: (length: DurationMs) => Promise<void>;
  /** Gets a line for each thing that was done. */
  readonly tell: (line: string) => void;
};

/** One complete listing, ours and others. */
export type Survey = ReturnType<typeof separateOurs> & { readonly listedAt: EpochMs };

export type SweepAloneOutcome =
  /** Two complete listings, the list lag apart, show none of ours. */
  | { readonly kind: 'proved-empty'; readonly proof: AbsenceProof }
  /** Still there, after all rounds. */
  | { readonly kind: 'left'; readonly ids: readonly InstanceId[] }
  /** None is listed any more, but the proof did not come together in time. */
  | { readonly kind: 'unproved' };

/** What is there, ours and not. Throws what list throws: a part of a listing is no survey. */
export async function surveyAlone(ports: SweepAlonePorts): Promise<Survey> {
  const listedAt = ports.clock.now();
  return { listedAt, ...separateOurs(await ports.provider.list(), ports) };
}

async function destroyOne(ports: SweepAlonePorts, id: InstanceId): Promise<void> {
  try {
    const answer = await ports.provider.destroy(id);
    ports.tell(`${id}: destroy ${answer === 'accepted' ? 'accepted' : 'not needed: not found'}`);
  } catch (error) {
    // The others must not wait for it; the next round asks again as long as it is listed.
    ports.tell(`${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Destroys all instances of this deployment, as often as they show, and proves them gone. Safe to
 * repeat. One that is being created right now may appear later: whoever has lost the tables runs it
 * again after some minutes. Throws what list throws.
 */
export async function sweepAlone(ports: SweepAlonePorts): Promise<SweepAloneOutcome> {
  const { listLag, spacing } = ports.provider.card;
  let absentSince: EpochMs | null = null;
  let notBefore = ports.clock.now();
  let left: readonly InstanceId[] = [];
  for (let round = 1; round <= policy.standalone.maxRounds; round += 1) {
    const { listedAt, ours } = await surveyAlone(ports);
    left = ours.map(({ instance }) => instance.id);
    for (const id of left) {
      await destroyOne(ports, id);
      await ports.pause(spacing.destroy);
    }
    if (left.length > 0) {
      notBefore = ports.clock.now();
      absentSince = null;
    } else {
      const verdict = proveAbsence({ notBefore, absentSince, listLag }, listedAt);
      if (verdict.kind === 'proved') return { kind: 'proved-empty', proof: verdict.proof };
      absentSince = verdict.absentSince;
      ports.tell('no instance of this deployment is listed; a second listing must confirm it');
    }
    await ports.pause(listLag);
  }
  return left.length > 0 ? { kind: 'left', ids: left } : { kind: 'unproved' };
}
