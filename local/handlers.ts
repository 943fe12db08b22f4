// Every handler by the name that the state machine, a route or a schedule uses: the deployed files,
// found by name instead of by ARN.

import { handler as approveExtension } from '../functions/api/approve-extension.ts';
import { handler as changeAccount } from '../functions/api/change-account.ts';
import { handler as correctCharge } from '../functions/api/correct-charge.ts';
import { handler as deleteLease } from '../functions/api/delete-lease.ts';
import { handler as extendLease } from '../functions/api/extend-lease.ts';
import { handler as listLeases } from '../functions/api/list-leases.ts';
import { handler as listOffers } from '../functions/api/list-offers.ts';
import { handler as placeFreeze } from '../functions/api/place-freeze.ts';
import { handler as readAccount } from '../functions/api/read-account.ts';
import { handler as readAccountEvents } from '../functions/api/read-account-events.ts';
import { handler as readCosts } from '../functions/api/read-costs.ts';
import { handler as readDoctor } from '../functions/api/read-doctor.ts';
import { handler as readEvents } from '../functions/api/read-events.ts';
import { handler as readFreezes } from '../functions/api/read-freezes.ts';
import { handler as readHealth } from '../functions/api/read-health.ts';
import { handler as readLease } from '../functions/api/read-lease.ts';
import { handler as readLeaseCost } from '../functions/api/read-lease-cost.ts';
import { handler as readLedger } from '../functions/api/read-ledger.ts';
import { handler as readOffer } from '../functions/api/read-offer.ts';
import { handler as readReconciliations } from '../functions/api/read-reconciliations.ts';
import { handler as reconcileNow } from '../functions/api/reconcile-charges.ts';
import { handler as recordHeartbeat } from '../functions/api/record-heartbeat.ts';
import { handler as recordNodeHeartbeat } from '../functions/api/record-node-heartbeat.ts';
import { handler as releaseLease } from '../functions/api/release-lease.ts';
import { handler as requestLease } from '../functions/api/request-lease.ts';
import { handler as sweepNow } from '../functions/api/sweep-provider.ts';
import { handler as thaw } from '../functions/api/thaw.ts';
import { handler as verifyNow } from '../functions/api/verify-ledger.ts';
import { handler as executionEnded } from '../functions/events/execution-ended.ts';
import { handler as ArmDeadline } from '../functions/steps/arm-deadline.ts';
import { handler as AwaitReady } from '../functions/steps/await-ready.ts';
import { handler as ChooseOffer } from '../functions/steps/choose-offer.ts';
import { handler as ConfirmReady } from '../functions/steps/confirm-ready.ts';
import { handler as DestroyInstance } from '../functions/steps/destroy-instance.ts';
import { handler as EndLease } from '../functions/steps/end-lease.ts';
import { handler as FindLaunched } from '../functions/steps/find-launched.ts';
import { handler as JudgeLease } from '../functions/steps/judge-lease.ts';
import { handler as LaunchInstance } from '../functions/steps/launch-instance.ts';
import { handler as ProbeReady } from '../functions/steps/probe-ready.ts';
import { handler as ProveAbsence } from '../functions/steps/prove-absence.ts';
import { handler as RetireAttempt } from '../functions/steps/retire-attempt.ts';
import { handler as ServeLease } from '../functions/steps/serve-lease.ts';
import { handler as SettleLease } from '../functions/steps/settle-lease.ts';
import { handler as advanceFreezes } from '../functions/timers/advance-freezes.ts';
import { handler as closeDays } from '../functions/timers/close-days.ts';
import { handler as enforceDeadline } from '../functions/timers/enforce-deadline.ts';
import { handler as reconcileCharges } from '../functions/timers/reconcile-charges.ts';
import { handler as refreshOffers } from '../functions/timers/refresh-offers.ts';
import { handler as sweepProvider } from '../functions/timers/sweep-provider.ts';
import { handler as verifyLedger } from '../functions/timers/verify-ledger.ts';

/** The steps, under the names of `state-machines/lease.asl.json`. */
export const steps = {
  ArmDeadline,
  AwaitReady,
  ChooseOffer,
  ConfirmReady,
  DestroyInstance,
  EndLease,
  FindLaunched,
  JudgeLease,
  LaunchInstance,
  ProbeReady,
  ProveAbsence,
  RetireAttempt,
  ServeLease,
  SettleLease,
} as const;

/** The API's handlers, under the names of `shared/api/contract/contract.ts`. */
export const apiHandlers = {
  approveExtension,
  correctCharge,
  changeAccount,
  deleteLease,
  extendLease,
  listLeases,
  listOffers,
  placeFreeze,
  readAccount,
  readAccountEvents,
  readCosts,
  readDoctor,
  readEvents,
  readFreezes,
  readHealth,
  readLease,
  readLeaseCost,
  readLedger,
  readOffer,
  readReconciliations,
  reconcileCharges: reconcileNow,
  recordHeartbeat,
  recordNodeHeartbeat,
  releaseLease,
  requestLease,
  sweepProvider: sweepNow,
  thaw,
  verifyLedger: verifyNow,
} as const;

/** The targets of EventBridge schedules. */
export const timerHandlers = {
  advanceFreezes,
  closeDays,
  enforceDeadline,
  reconcileCharges,
  refreshOffers,
  sweepProvider,
  verifyLedger,
} as const;

/** The targets of EventBridge rules. */
export const eventHandlers = { executionEnded } as const;
