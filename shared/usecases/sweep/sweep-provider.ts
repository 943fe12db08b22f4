// The sweep of one provider: sees what is there, does what must be done, and writes down both. What
// it could not see is a failure that is recorded and rethrown, never "nothing found"; and what it
// could see is acted upon all the same. It holds without workflow, schedules and machines of ours.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { isCrowd } from '../../core/base/crowd.ts';
import { errorInWords } from '../../core/base/failure.ts';
import { pageOf } from '../../core/base/page.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { between, type DurationMs, durationMs, type EpochMs } from '../../core/base/time.ts';
import { actionsOf, countsOf, pagesOf, suspectsOf } from '../../core/sweep/actions.ts';
import { EXECUTION } from '../../core/sweep/lease-findings.ts';
import {
  lastShown,
  rememberedOf,
  type Sightings,
  type SweepRecord,
} from '../../core/sweep/record.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import { recentSilences } from '../lease/hold-silence.ts';
import { type Acted, type ActPorts, actAll } from './act.ts';
import { type BalancePorts, reviewBalance } from './balance.ts';
import { type Survey, type SurveyPorts, survey } from './survey.ts';

export type SweepPorts = SurveyPorts &
  ActPorts &
  BalancePorts & {
    readonly sweeps: SweepStore;
    /** Told of each sweep that saw everything. */
    readonly complete: (record: SweepRecord) => void;
  };

/** Suspects of this sweep; when it saw no listing, also those that only a listing can clear. */
function sightingsOf(seen: Survey, last: SweepRecord | null) {
  const suspects = suspectsOf(seen.findings);
  if (seen.listedAt !== null) return rememberedOf(suspects);
  const kept = Object.entries(last?.sightings ?? {}).filter(([key]) => !key.startsWith(EXECUTION));
  return rememberedOf([...suspects, ...kept]);
}

const HELD = 'none of them ends for it';
const trouble = ({ action, error }: Acted['failed'][number]): string =>
  `${action.kind}: ${errorInWords(error)}`;

function pagesFor(
  seen: Survey,
  acted: Acted,
  { provider, now, silences }: Told,
): readonly string[] {
  const { failed, left } = acted;
  const [first] = failed;
  return [
    ...seen.blind.map(({ part, error }) =>
      pageOf('blind', `no ${part} of ${provider}: ${errorInWords(error)}`),
    ),
    ...pagesOf(seen.findings, now),
    ...(isCrowd(silences, seen.open.length)
      ? [
          pageOf(
            'mass-silence',
            `${silences} of ${seen.open.length} leases fell silent together: ${HELD}`,
          ),
        ]
      : []),
    ...(first === undefined
      ? []
      : [pageOf('failed-actions', `${failed.length} actions failed; ${trouble(first)}`)]),
    ...(left === 0
      ? []
      : [pageOf('unfinished-sweep', `${left} actions are left to the next sweep`)]),
  ];
}

type Told = {
  readonly provider: ProviderName;
  readonly now: EpochMs;
  readonly last: SweepRecord | null;
  /** Leases that fell silent lately. */
  readonly silences: number;
  /** How long a listing may lag behind. */
  readonly listLag: DurationMs;
};

/** Of leases whose machines are missed: when listings last showed them. */
function shownBefore(seen: Survey, { last, listLag }: Told): Sightings {
  if (seen.listedAt === null) return last?.lastShown ?? {};
  const missed = seen.findings.leases.flatMap(({ kind, lease }) => {
    if ((kind !== 'ghost' && kind !== 'ghost-seen') || lease.state !== 'active') return [];
    const at = lastShown(last, lease, listLag);
    return at === null ? [] : [[lease.id, at] as const];
  });
  return rememberedOf(missed);
}

function recordOf(seen: Survey, acted: Acted, told: Told): SweepRecord {
  const { provider, now: startedAt, last } = told;
  const [unseen] = seen.blind;
  const { findings, listedAt, open } = seen;
  return {
    provider,
    startedAt,
    failure: unseen === undefined ? null : `${unseen.part}: ${errorInWords(unseen.error)}`,
    listedAt: listedAt ?? last?.listedAt ?? null,
    listed: listedAt === null ? (last?.listed ?? 0) : findings.instances.length,
    open: open.length,
    counts: countsOf(findings),
    sightings: sightingsOf(seen, last),
    lastShown: shownBefore(seen, told),
    pages: [...pagesFor(seen, acted, told)],
  };
}

export type SweepInput = {
  readonly provider: ProviderName;
  /** Whether to look only now and then while nothing is leased. */
  readonly unlessIdle: boolean;
};

/** Nothing was leased a short time ago and nothing is now. */
async function isIdle(ports: SweepPorts, last: SweepRecord, now: EpochMs): Promise<boolean> {
  if (last.open > 0 || last.failure !== null) return false;
  const { idleEvery, apart, every } = policy.sweep;
  // As with sightings: a sweep that comes some seconds early counts as one in time.
  const early = durationMs(every - apart);
  if (between(last.startedAt, now) >= idleEvery - early) return false;
  return Object.keys(last.sightings).length === 0 && (await ports.leases.open()).length === 0;
}

/**
 * One sweep; several at once are safe. Returns the record it left, or the last one when there was
 * no need. Throws StoreDown, and at its end what the provider, the engine or an action threw.
 */
export function createSweepProvider(ports: SweepPorts) {
  return async ({ provider, unlessIdle }: SweepInput): Promise<SweepRecord> => {
    const now = ports.clock.now();
    const last = await ports.sweeps.last(provider);
    if (last !== null && unlessIdle && (await isIdle(ports, last, now))) return last;
    const seen = await survey(ports, provider, { now, earlier: last?.sightings ?? {} });
    const actions = actionsOf(seen.findings);
    const acted = await actAll(ports, provider, { actions, startedAt: now });
    const silences = await recentSilences(ports, now);
    const { listLag } = ports.providers(provider).card;
    const record = recordOf(seen, acted, { provider, now, last, silences, listLag });
    await ports.sweeps.record(record);
    if (record.failure === null) ports.complete(record);
    for (const message of record.pages) ports.page(message);
    await reviewBalance(ports, provider, {
      now,
      lastSweepAt: last?.startedAt ?? now,
      open: seen.open,
    });
    const [first] = [...seen.blind, ...acted.failed];
    if (first !== undefined) throw first.error;
    return record;
  };
}

export type SweepOnDemand = { readonly caller: Caller; readonly provider: ProviderName };

/** One sweep now, for an operator. Throws Forbidden and what the sweep throws. */
export function createSweepOnDemand(sweep: ReturnType<typeof createSweepProvider>) {
  return async ({ caller, provider }: SweepOnDemand): Promise<SweepRecord> => {
    mustBeOperator(caller);
    return sweep({ provider, unlessIdle: false });
  };
}
