// A sweep that needs only a provider's key and the tag key: when all tables are lost, the tags are
// enough to find every instance of this deployment, destroy it, and prove its absence. An instance
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
  /** Reports one line per action. */
  readonly report: (line: string) => void;
};

/** One complete listing, separated into own and foreign instances. */
export type Survey = ReturnType<typeof separateOurs> & { readonly listedAt: EpochMs };

export type SweepAloneOutcome =
  /** Two complete listings, the list lag apart, show no instance of this deployment. */
  | { readonly kind: 'proved-empty'; readonly proof: AbsenceProof }
  /** Instances that are still listed after all rounds. */
  | { readonly kind: 'left'; readonly ids: readonly InstanceId[] }
  /** No instance is listed, but the proof was not complete in time. */
  | { readonly kind: 'unproved' };

/**
 * Lists all instances, own and foreign. Throws what list throws: a partial listing does not count.
 */
export async function surveyAlone(ports: SweepAlonePorts): Promise<Survey> {
  const listedAt = ports.clock.now();
  return { listedAt, ...separateOurs(await ports.provider.list(), ports) };
}

async function destroyOne(ports: SweepAlonePorts, id: InstanceId): Promise<void> {
  try {
    const answer = await ports.provider.destroy(id);
    ports.report(`${id}: destroy ${answer === 'accepted' ? 'accepted' : 'not needed: not found'}`);
  } catch (error) {
    // The other instances must not wait; the next round destroys it again while it is listed.
    ports.report(`${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Destroys all instances of this deployment until none is listed, and proves their absence. Safe to
 * repeat. An instance that is being created may appear later: run it again after some minutes.
 * Throws what list throws.
 */
export async function sweepAlone(ports: SweepAlonePorts): Promise<SweepAloneOutcome> {
  const { listLag } = ports.provider.card;
  let absentSince: EpochMs | null = null;
  let notBefore = ports.clock.now();
  let left: readonly InstanceId[] = [];
  for (let round = 1; round <= policy.standalone.maxRounds; round += 1) {
    const { listedAt, ours } = await surveyAlone(ports);
    left = ours.map(({ instance }) => instance.id);
    for (const id of left) await destroyOne(ports, id);
    if (left.length > 0) {
      notBefore = ports.clock.now();
      absentSince = null;
    } else {
      const verdict = proveAbsence({ notBefore, absentSince, listLag }, listedAt);
      if (verdict.kind === 'proved') return { kind: 'proved-empty', proof: verdict.proof };
      absentSince = verdict.absentSince;
      ports.report('no instance of this deployment is listed; a second listing must confirm it');
    }
    await ports.pause(listLag);
  }
  return left.length > 0 ? { kind: 'left', ids: left } : { kind: 'unproved' };
}
