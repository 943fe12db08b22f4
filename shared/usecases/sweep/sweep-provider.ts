// The sweep of one provider: reads everything, acts on its findings, and records both. A part that
// cannot be read is a failure that is recorded and rethrown, never "nothing found"; findings of the
// other parts are still acted on. It needs no workflow, no schedule and no agent.

import type { RunId } from '../../core/base/ids.ts';
import { pageOf } from '../../core/base/page.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { areChargesDue, runningAt } from '../../core/billing/live-charges.ts';
import type { RunResult, RunSubject } from '../../core/operations/run.ts';
import { actionsOf } from '../../core/sweep/actions.ts';
import { type SweepRecord, sweepResultOf, wasIdle } from '../../core/sweep/record.ts';
import { reportSweep } from '../../core/sweep/report.ts';
import { unreadableRecord } from '../../core/sweep/unreadable.ts';
import type { IngestStore } from '../../ports/ingest-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import { recentSilences } from '../lease/hold-silence.ts';
import { type CarryOutPorts, carryOutOr } from '../operations/carry-out-runs.ts';
import { type ActPorts, actAll } from './act.ts';
import { type BalancePorts, reviewBalance } from './balance.ts';
import { readLiveCharges } from './live-charges.ts';
import { type SurveyPorts, survey } from './survey.ts';

export type SweepPorts = SurveyPorts &
  ActPorts &
  BalancePorts & {
    readonly sweeps: SweepStore;
    readonly ingest: IngestStore;
    /** Called after each complete sweep. */
    readonly complete: (record: SweepRecord) => void;
  };

export type SweepInput = {
  readonly provider: ProviderName;
  /** Whether to sweep less often while nothing is leased. */
  readonly unlessIdle: boolean;
};

/** Whether nothing was leased at the last sweep, and nothing is now. */
async function isIdle(ports: SweepPorts, last: SweepRecord, now: EpochMs): Promise<boolean> {
  let unreadable = 0;
  const open = await ports.leases.open(() => {
    unreadable += 1;
  });
  return wasIdle(last, now) && open.length + unreadable === 0;
}

/**
 * Runs one sweep; concurrent sweeps are safe. Returns its record, or the last one when no sweep is
 * needed. Throws StoreDown, and at its end what the provider, the engine or an action threw.
 */
export function createSweepProvider(ports: SweepPorts) {
  return async ({ provider, unlessIdle }: SweepInput): Promise<SweepRecord> => {
    const now = ports.clock.now();
    const last = await ports.sweeps.last(provider, ({ why }) =>
      ports.page(pageOf('unreadable', `could not read: ${why}; no suspect is remembered`)),
    );
    if (last !== null && unlessIdle && (await isIdle(ports, last, now))) return last;
    const surveyed = await survey(ports, provider, { now, earlier: last?.sightings ?? {} });
    const unreadable = [...surveyed.unreadable];
    const seen = { ...surveyed, unreadable };
    const actions = actionsOf(seen.findings);
    const acted = await actAll(ports, provider, { actions, startedAt: now });
    const silences = await recentSilences(ports, now, ({ why }) =>
      unreadable.push(unreadableRecord(why)),
    );
    const ingest = await ports.ingest.get();
    const { listLag } = ports.providers(provider).card;
    const isDue = areChargesDue(last?.chargesReadAt ?? null, now);
    const shown = isDue ? runningAt(seen.open, ports.providers(provider).card) : [];
    const chargesReadAt = shown.length > 0 ? now : (last?.chargesReadAt ?? null);
    const facts = { provider, now, last, silences, ingest, listLag, chargesReadAt };
    const record = reportSweep(seen, acted, facts);
    await ports.sweeps.record(record);
    if (record.failure === null) ports.complete(record);
    for (const message of record.pages) ports.page(message);
    await reviewBalance(ports, provider, {
      now,
      lastSweepAt: last?.startedAt ?? now,
      open: seen.open,
    });
    await readLiveCharges(ports, provider, { running: shown, now });
    const [first] = [...seen.blind, ...acted.failed];
    if (first !== undefined) throw first.error;
    return record;
  };
}

export type SweepOnTimerInput = SweepInput & { readonly run?: RunId | undefined };

export type SweepOnTimerPorts = CarryOutPorts & { readonly sendOwnHeartbeat: () => Promise<void> };

/**
 * What the sweep's timer does: our own heartbeat, before anything that may wait or fail; then the
 * open runs of the provider, with one sweep for all, or else a sweep as scheduled. Throws StoreDown
 * and what the sweep throws.
 */
export function createSweepOnTimer(
  ports: SweepOnTimerPorts,
  sweep: ReturnType<typeof createSweepProvider>,
) {
  return async ({ provider, unlessIdle, run }: SweepOnTimerInput): Promise<void> => {
    await ports.sendOwnHeartbeat();
    const matches = (open: RunSubject): boolean => open.provider === provider;
    const forRun = async (): Promise<RunResult> => {
      const record = await sweep({ provider, unlessIdle: false });
      return { kind: 'sweep', found: sweepResultOf(record) };
    };
    const onSchedule = () => sweep({ provider, unlessIdle });
    await carryOutOr(ports, { kind: 'sweep', run, matches }, { forRun, onSchedule });
  };
}
