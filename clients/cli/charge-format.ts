// Formats reconciliations for a terminal.

import { formatUsd, microUsd, signedMicroUsd } from '../../shared/core/base/money.ts';
import type { Reconciliation } from '../client/replies.ts';
import { clean, time } from './format.ts';

/** The sums, then each finding. */
export function reconciliationLines(found: Reconciliation): readonly string[] {
  const { provider, startedAt, from, failure, leases, truedUp, findings, findingsInAll } = found;
  const [booked, reported] = [found.bookedMicroUsd, found.providerMicroUsd].map((amount) =>
    formatUsd(microUsd(amount)),
  );
  const trued = formatUsd(signedMicroUsd(found.truedUpMicroUsd));
  const since = from === null ? '' : `, charges since ${time(from)}`;
  const left = findingsInAll - findings.length;
  return [
    `${provider}, ${time(startedAt)}${since}`,
    ...(failure === null ? [] : [`NOT COMPLETE: ${failure}`]),
    `Compared: ${leases} leases, charged ${booked}, reported by the provider ${reported}`,
    `Trued up: ${truedUp} leases, ${trued}`,
    ...findings.map(({ kind, leaseId, why }) => `${kind}  ${leaseId}  ${why}`),
    ...(left > 0 ? [`${left} more findings are not shown`] : []),
  ].map(clean);
}
