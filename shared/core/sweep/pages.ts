// The pages for operators about what a sweep found.

import { type PageReason, pageOf } from '../base/page.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs } from '../base/time.ts';
import type { Lease } from '../lease/lease.ts';
import type { Findings } from './actions.ts';
import { heldBack, type InstanceFinding } from './instance-findings.ts';
import { missingCrowd } from './lease-findings.ts';

const someOf = (ids: readonly string[]): string =>
  ids.length > 5 ? `${ids.slice(0, 5).join(', ')}, ...` : ids.join(', ');

const tearsDownLong = (lease: Lease, now: EpochMs): boolean =>
  lease.state === 'ending' && between(lease.endingAt, now) > policy.sweep.teardownPage;

/** One page about these ids; none when there are none. */
const pageAbout = (
  reason: PageReason,
  ids: readonly string[],
  inWords: (some: string) => string,
): readonly string[] => (ids.length === 0 ? [] : [pageOf(reason, inWords(someOf(ids)))]);

function unrecordedPages(instances: readonly InstanceFinding[]): readonly string[] {
  const held = heldBack(instances);
  if (held === 0) return [];
  const share = `${held} of ${instances.length} instances have our tag and no recorded lease`;
  const message = `${share}: none of them is destroyed; check the DynamoDB table`;
  return [pageOf('wrong-table', message)];
}

/** The pages for operators about the findings. */
export function pagesOf({ instances, leases }: Findings, now: EpochMs): readonly string[] {
  const held = heldBack(instances);
  const idsOf = (...kinds: readonly InstanceFinding['kind'][]): readonly string[] =>
    instances.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  const alone = held === 0 ? idsOf('orphan', 'unrecorded') : idsOf('orphan');
  const hidden = leases.filter(({ kind }) => kind === 'other-account');
  const missing = missingCrowd(leases);
  const absurd = leases.filter((found) => found.kind === 'price-read' && found.doubtful);
  const stubborn = leases.filter(({ lease }) => tearsDownLong(lease, now));
  return [
    ...unrecordedPages(instances),
    ...pageAbout('orphans', alone, (ids) => `destroying orphaned instances: ${ids}`),
    ...pageAbout(
      'doubtful',
      idsOf('doubtful'),
      (ids) => `instances that may be ours, and that nothing confirms: ${ids}`,
    ),
    ...pageAbout(
      'near-miss',
      idsOf('near-miss'),
      (ids) => `labels that start like ours and are not valid tags, on instances ${ids}`,
    ),
    ...pageAbout(
      'other-account',
      hidden.map(({ lease }) => lease.id),
      (ids) => `no key is for the account that created the instances of leases ${ids}`,
    ),
    ...(missing === 0
      ? []
      : [pageOf('missing-crowd', `the instances of ${missing} leases are not listed`)]),
    ...pageAbout(
      'price-doubtful',
      absurd.map(({ lease }) => lease.id),
      (ids) => `absurd rates, not believed yet, of leases ${ids}`,
    ),
    ...pageAbout(
      'long-teardown',
      stubborn.map(({ lease }) => lease.id),
      (ids) => `teardown of ${stubborn.length} leases takes more than an hour: ${ids}`,
    ),
  ];
}
