// Which instance each attempt of a lease holds, as a complete listing or one read shows it. Every
// change of that is recorded with an event.

import type { EpochMs } from '../base/time.ts';
import {
  type Holding,
  isClosed,
  isHolding,
  isVerified,
  type Unanswered,
} from '../instance/attempt.ts';
import {
  confirmAttempt,
  correctInstance,
  disownInstance,
  doubtAttempt,
  verifyAttempt,
} from '../instance/attempt-moves.ts';
import { type Claimed, type Claims, claimsOf } from '../instance/claim.ts';
import type { Row } from '../instance/sighting.ts';
import { attemptOf, type Lease } from './lease.ts';
import { addEvent, searchAgain, withAttempt } from './lease-moves.ts';

/** The row has the attempt's exact tag: its id is verified, or corrected when it never was. */
function applyTag(lease: Lease, row: Claimed, now: EpochMs): Lease {
  const attempt = attemptOf(lease, row.owner.attempt);
  if (attempt === undefined || !isHolding(attempt) || row.claim !== 'tagged') return lease;
  const { id, birth } = row.instance;
  if (attempt.instanceId === id) {
    return isVerified(attempt) ? lease : withAttempt(lease, verifyAttempt(attempt, birth));
  }
  if (isVerified(attempt)) return lease;
  const right = verifyAttempt(correctInstance(attempt, id), birth);
  const reason = `attempt ${attempt.number} created instance ${id}, not ${attempt.instanceId}`;
  return addEvent(withAttempt(lease, right), { type: 'instance-corrected', reason }, now);
}

/** Whether the lease may still search for the instance of an attempt by its tag. */
const maySearch = (lease: Lease): boolean => lease.state === 'booting' || lease.state === 'ending';

function disown(lease: Lease, attempt: Holding, now: EpochMs): Lease {
  const { number, instanceId } = attempt;
  const unknown = disownInstance(attempt);
  const searching =
    lease.state === 'booting' ? searchAgain(lease, unknown) : withAttempt(lease, unknown);
  const left = `instance ${instanceId} is not the one of attempt ${number}: it is left alone`;
  const reason = `${left}, and the instance of the attempt is searched for by its tag`;
  return addEvent(searching, { type: 'instance-not-ours', reason }, now);
}

/** The id that an attempt holds is another instance's. */
function applyNotOurs(lease: Lease, row: Claimed, now: EpochMs): Lease {
  const attempt = attemptOf(lease, row.owner.attempt);
  if (attempt === undefined || !isHolding(attempt) || attempt.instanceId !== row.instance.id) {
    return lease;
  }
  // A verified instance is gone: its number is used again.
  return isVerified(attempt) || !maySearch(lease) ? lease : disown(lease, attempt, now);
}

function applyDoubt(lease: Lease, row: Claimed, now: EpochMs): Lease {
  const attempt = attemptOf(lease, row.owner.attempt);
  if (attempt === undefined || isClosed(attempt) || attempt.doubtfulSince !== null) return lease;
  const doubted = withAttempt(lease, doubtAttempt(attempt, now));
  const may = `instance ${row.instance.id} may be the one of attempt ${attempt.number}`;
  const reason = `${may}, and nothing confirms it: it is not destroyed; an operator must decide`;
  return addEvent(doubted, { type: 'instance-doubtful', reason }, now);
}

/** The attempts that no row is doubtful for any more. */
function clearDoubts(lease: Lease, doubtful: readonly Claimed[]): Lease {
  const doubted = new Set(doubtful.map(({ owner }) => owner.attempt));
  return lease.attempts.reduce<Lease>((next, attempt) => {
    const clears =
      !isClosed(attempt) && attempt.doubtfulSince !== null && !doubted.has(attempt.number);
    return clears ? withAttempt(next, { ...attempt, doubtfulSince: null }) : next;
  }, lease);
}

/** The lease after a complete listing showed these rows. The same object when nothing changes. */
export function applyClaims(
  lease: Lease,
  { ours, doubtful, notOurs }: Claims,
  now: EpochMs,
): Lease {
  const tagged = ours.reduce((next, row) => applyTag(next, row, now), lease);
  const disowned = notOurs.reduce((next, row) => applyNotOurs(next, row, now), tagged);
  return doubtful.reduce(
    (next, row) => applyDoubt(next, row, now),
    clearDoubts(disowned, doubtful),
  );
}

/** The lease after one read showed this row. The same object when nothing changes. */
export const applyRow = (lease: Lease, row: Row, now: EpochMs): Lease =>
  applyClaims(lease, claimsOf([row], lease), now);

/** An attempt without a create response, and the instance that a listing shows for it. */
export function confirmShown(attempt: Unanswered, { instance, claim }: Claimed) {
  const { id, birth } = instance;
  const created = confirmAttempt(attempt, id, attempt.recordedAt);
  return claim === 'tagged' ? verifyAttempt(created, birth) : created;
}

/** Confirms an attempt without a create response by the instance that a listing shows. */
export function adoptSighting(lease: Lease, row: Claimed, now: EpochMs): Lease {
  const attempt = attemptOf(lease, row.owner.attempt);
  if (attempt === undefined || isHolding(attempt) || isClosed(attempt)) return lease;
  const { id } = row.instance;
  const reason = `instance ${id} found by its tag while the lease is ending`;
  const held = withAttempt(lease, confirmShown(attempt, row));
  return addEvent(held, { type: 'instance-found', reason }, now);
}
