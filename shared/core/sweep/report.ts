// The report of one sweep: its record and its pages for operators.

import { errorInWords } from '../base/failure.ts';
import { pageOf } from '../base/page.ts';
import type { ProviderName } from '../base/providers.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import { describeLostIngest, type Ingest } from '../lease/ingest.ts';
import { describeSilentCrowd } from '../lease/silence.ts';
import { type Action, countsOf, suspectsOf } from './actions.ts';
import { EXECUTION } from './lease-findings.ts';
import { pagesOf } from './pages.ts';
import { lastShown, rememberedOf, type Sightings, type SweepRecord } from './record.ts';
import type { Survey } from './survey.ts';
import { unreadableCounts, unreadablePages } from './unreadable.ts';

/** An action that failed. */
export type FailedAction = { readonly action: Action; readonly error: unknown };

/** The results of the actions of a sweep. */
export type Acted = {
  readonly failed: readonly FailedAction[];
  /** How many actions are left to the next sweep, because time ran out. */
  readonly left: number;
  /** What the actions found that an operator must know. */
  readonly pages: readonly string[];
};

export type ReportFacts = {
  readonly provider: ProviderName;
  readonly now: EpochMs;
  /** The previous record. */
  readonly last: SweepRecord | null;
  /** How many leases became silent in the last minutes. */
  readonly silences: number;
  readonly ingest: Ingest | null;
  readonly listLag: DurationMs;
  /** As in the record. */
  readonly chargesReadAt: EpochMs | null;
};

/** The suspects of this sweep. Without a listing, it keeps those that only a listing can clear. */
function sightingsOf({ findings, listedAt }: Survey, last: SweepRecord | null): Sightings {
  const suspects = suspectsOf(findings);
  if (listedAt !== null) return rememberedOf(suspects);
  const kept = Object.entries(last?.sightings ?? {}).filter(([key]) => !key.startsWith(EXECUTION));
  return rememberedOf([...suspects, ...kept]);
}

/** When a listing last showed each missing instance, by lease. */
function shownBefore(seen: Survey, { last, listLag }: ReportFacts): Sightings {
  if (seen.listedAt === null) return last?.lastShown ?? {};
  const missing = seen.findings.leases.flatMap(({ kind, lease }) => {
    if ((kind !== 'ghost' && kind !== 'ghost-seen') || lease.state !== 'active') return [];
    const at = lastShown(last, lease, listLag);
    return at === null ? [] : [[lease.id, at] as const];
  });
  return rememberedOf(missing);
}

function actionPages({ failed, left, pages: found }: Acted): readonly string[] {
  const pages: string[] = [...found];
  const [first] = failed;
  if (first !== undefined) {
    const why = `${first.action.kind}: ${errorInWords(first.error)}`;
    pages.push(pageOf('failed-actions', `${failed.length} actions failed; first: ${why}`));
  }
  if (left > 0) {
    pages.push(pageOf('unfinished-sweep', `${left} actions are left to the next sweep`));
  }
  return pages;
}

function pagesFor(seen: Survey, acted: Acted, facts: ReportFacts): readonly string[] {
  const { provider, now, silences, ingest } = facts;
  const crowd = describeSilentCrowd(silences, seen.open.length);
  const lost = describeLostIngest(ingest, seen.open, now);
  return [
    ...seen.blind.map(({ part, error }) =>
      pageOf('blind', `could not read the ${part} of ${provider}: ${errorInWords(error)}`),
    ),
    ...unreadablePages(seen.unreadable),
    ...pagesOf(seen.findings, now),
    ...(crowd === null
      ? []
      : [pageOf('mass-silence', `${crowd}: none of them ends for its silence`)]),
    ...(lost === null ? [] : [pageOf('heartbeats-lost', `${lost}: no lease ends as silent`)]),
    ...actionPages(acted),
  ];
}

/** Creates the record of a sweep. Its number of suspects is limited; the oldest are kept. */
export function reportSweep(seen: Survey, acted: Acted, facts: ReportFacts): SweepRecord {
  const { provider, now: startedAt, last } = facts;
  const [unseen] = seen.blind;
  const { findings, listedAt, open } = seen;
  return {
    provider,
    startedAt,
    failure: unseen === undefined ? null : `${unseen.part}: ${errorInWords(unseen.error)}`,
    listedAt: listedAt ?? last?.listedAt ?? null,
    listed: listedAt === null ? (last?.listed ?? 0) : findings.instances.length,
    open: open.length,
    counts: { ...countsOf(findings), ...unreadableCounts(seen.unreadable) },
    sightings: sightingsOf(seen, last),
    lastShown: shownBefore(seen, facts),
    chargesReadAt: facts.chargesReadAt,
    pages: [...pagesFor(seen, acted, facts)],
  };
}
