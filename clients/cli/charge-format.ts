// How a comparison of charges looks to an operator.

import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { formatUsd, microUsd, signedMicroUsd } from '../../shared/core/base/money.ts';
import { clean, time } from './format.ts';

/** The sums first, then each finding. */
export function reconciliationLines(found: Reply<'reconcileCharges'>): readonly string[] {
  const { provider, startedAt, from, failure, leases, truedUp, findings, findingsInAll } = found;
  const [booked, told] = [found.bookedMicroUsd, found.providerMicroUsd].map((amount) =>
    formatUsd(microUsd(amount)),
  );
  const trued = formatUsd(signedMicroUsd(found.truedUpMicroUsd));
  const since = from === null ? '' : `, charges since ${time(from)}`;
  const left = findingsInAll - findings.length;
  return [
    `${provider}, ${time(startedAt)}${since}`,
    ...(failure === null ? [] : [`NOT COMPLETE: ${failure}`]),
    `Compared: ${leases} leases, charged ${booked}, by the provider ${told}`,
    `Trued up: ${truedUp} leases, ${trued}`,
    ...findings.map(({ kind, leaseId, why }) => `${kind}  ${leaseId}  ${why}`),
    ...(left > 0 ? [`and ${left} more findings`] : []),
  ].map(clean);
}
