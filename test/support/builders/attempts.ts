// Attempts as tests need them to reckon with: recorded, or lived to the end.

import type { EpochMs } from '../../../shared/core/base/time.ts';
import {
  acceptDestroy,
  confirmAttempt,
  observeRunning,
  recordAttempt,
  retireAttempt,
} from '../../../shared/core/instance/attempt-moves.ts';
import { tagOf } from '../../../shared/core/instance/ownership.ts';
import { aDeployment, aLeaseId, anInstanceId, anOffer, aSigner, at } from './builders.ts';

/** An attempt whose create call was recorded at 12:00. */
export function anAttempt(number: number, offer = anOffer()) {
  const tag = tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: number }, aSigner);
  return recordAttempt({ number, offer, tag, mayLandUntil: at('12:06') }, at('12:00'));
}

type Life = { readonly created: EpochMs; readonly running: EpochMs; readonly destroyed: EpochMs };

/** An attempt whose machine was created, seen running, and whose destroy was accepted. */
export function lived({ created, running, destroyed }: Life, offer = anOffer()) {
  const held = confirmAttempt(anAttempt(1, offer), anInstanceId(), created);
  const ran = observeRunning(held, { since: running, rate: null });
  return acceptDestroy(retireAttempt(ran, 'lease-ended'), destroyed);
}
