// How the function of a timer carries out runs: it claims them, works once for all that have the
// same subject, and records the result. Only the function with the claim can record it.

import { errorInWords } from '../../core/base/failure.ts';
import type { RunKind } from '../../core/base/functions.ts';
import type { RunId } from '../../core/base/ids.ts';
import {
  claimRun,
  failRun,
  finishRun,
  isClaimable,
  isSameSubject,
  type OpenRun,
  type RunIn,
  type RunResult,
} from '../../core/operations/run.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunStore } from '../../ports/run-store.ts';
import { waitForAll } from '../common/wait-for-all.ts';

export type CarryOutPorts = { readonly runs: RunStore; readonly clock: Clock };

export type RunsOf = {
  readonly kind: RunKind;
  /** The run that the function was started for; undefined on schedule. */
  readonly run?: RunId | undefined;
  readonly matches: (run: OpenRun) => boolean;
};

type Claimed = RunIn<'running'>;

/** Claims `run`. Null when another function was faster, or when it was the last try. */
async function claim({ runs, clock }: CarryOutPorts, run: OpenRun): Promise<Claimed | null> {
  const claimed = claimRun(run, clock.now());
  const written = await runs.replace(run, claimed);
  return written === 'replaced' && claimed.state === 'running' ? claimed : null;
}

/** Claims the first claimable run, or `run`, and all others with the same subject. */
async function claimAll(ports: CarryOutPorts, { kind, run, matches }: RunsOf) {
  const now = ports.clock.now();
  const open = (await ports.runs.open(kind)).filter((each) => isClaimable(each, now));
  const wanted = open.filter(matches);
  const first = wanted.find(({ id }) => id === run) ?? wanted[0];
  if (first === undefined) return [];
  const same = wanted.filter((each) => isSameSubject(each, first));
  const claimed = await Promise.all(same.map((each) => claim(ports, each)));
  return claimed.filter((each) => each !== null);
}

/**
 * Carries out open runs of one subject. Returns whether there were any that this function could
 * claim. Throws StoreDown, and what `work` throws, which the runs have on record then.
 */
export async function carryOutRuns(
  ports: CarryOutPorts,
  which: RunsOf,
  work: (run: OpenRun) => Promise<RunResult>,
): Promise<boolean> {
  const claimed = await claimAll(ports, which);
  const [first] = claimed;
  if (first === undefined) return false;
  const [settled] = await Promise.allSettled([work(first)]);
  const end = (run: OpenRun) =>
    settled.status === 'fulfilled'
      ? finishRun(run, settled.value, ports.clock.now())
      : failRun(run, errorInWords(settled.reason), ports.clock.now());
  await waitForAll(claimed.map((run) => ports.runs.replace(run, end(run))));
  if (settled.status === 'rejected') throw settled.reason;
  return true;
}

export type TimedWork = {
  readonly forRun: (run: OpenRun) => Promise<RunResult>;
  readonly onSchedule: () => Promise<unknown>;
};

/**
 * What a timer does: carries out open runs, or else its scheduled work. Runs that cannot be read
 * never stop the scheduled work. Throws what either throws.
 */
export async function carryOutOr(
  ports: CarryOutPorts,
  which: RunsOf,
  { forRun, onSchedule }: TimedWork,
): Promise<void> {
  let worked = false;
  const carriedOut = carryOutRuns(ports, which, (run) => {
    worked = true;
    return forRun(run);
  });
  const [settled] = await Promise.allSettled([carriedOut]);
  if (!worked && which.run === undefined) await onSchedule();
  if (settled.status === 'rejected') throw settled.reason;
}
