// What the service answers, route by route, derived from its own views: a change there is a type
// error here. Types only; instants arrive as ISO 8601 text.

import type { RouteName, Routes } from '../../shared/api/contract/contract.ts';
import type {
  costsView,
  leaseCostView,
  reconciliationsView,
  reconciliationView,
  verifyView,
} from '../../shared/api/views/billing.ts';
import type {
  eventsView,
  extendedView,
  heartbeatView,
  leasesView,
  leaseView,
} from '../../shared/api/views/lease.ts';
import type { accountView, ledgerView, notesView } from '../../shared/api/views/ledger.ts';
import type { listedOfferView, offersView } from '../../shared/api/views/menu.ts';
import type {
  doctorView,
  freezesView,
  freezeView,
  healthView,
  sweepView,
} from '../../shared/api/views/operations.ts';

export type Lease = ReturnType<typeof leaseView>;
export type LeaseState = Lease['state'];
export type Offer = ReturnType<typeof listedOfferView>;
export type LeaseEvent = ReturnType<typeof eventsView>['events'][number];
export type Freeze = ReturnType<typeof freezeView>;
export type Diagnosis = ReturnType<typeof doctorView>;
export type Costs = ReturnType<typeof costsView>;
export type LeaseCost = ReturnType<typeof leaseCostView>;
export type LedgerEntry = ReturnType<typeof ledgerView>['entries'][number];
export type Verdict = ReturnType<typeof verifyView>;
export type HeartbeatReply = ReturnType<typeof heartbeatView>;

export type Account = ReturnType<typeof accountView>;
export type AccountEvent = ReturnType<typeof notesView>['events'][number];

type Views = {
  readonly correctCharge: Lease;
  readonly reconcileCharges: ReturnType<typeof reconciliationView>;
  readonly readReconciliations: ReturnType<typeof reconciliationsView>;
  readonly readAccount: Account;
  readonly changeAccount: Account;
  readonly readAccountEvents: ReturnType<typeof notesView>;
  readonly extendLease: ReturnType<typeof extendedView>;
  readonly approveExtension: Lease;
  readonly placeFreeze: Freeze;
  readonly thaw: Freeze;
  readonly readFreezes: ReturnType<typeof freezesView>;
  readonly readDoctor: Diagnosis;
  readonly sweepProvider: ReturnType<typeof sweepView>;
  readonly readCosts: Costs;
  readonly readLeaseCost: LeaseCost;
  readonly readLedger: ReturnType<typeof ledgerView>;
  readonly verifyLedger: Verdict;
  readonly listOffers: ReturnType<typeof offersView>;
  readonly readOffer: Offer;
  readonly listLeases: ReturnType<typeof leasesView>;
  readonly requestLease: Lease;
  readonly readLease: Lease;
  readonly readEvents: ReturnType<typeof eventsView>;
  readonly recordHeartbeat: HeartbeatReply;
  readonly releaseLease: Lease;
  readonly deleteLease: Lease;
  readonly readHealth: ReturnType<typeof healthView>;
  readonly recordNodeHeartbeat: HeartbeatReply;
};

/** The reply of a route. */
export type Reply<Name extends RouteName> = Views[Name];

type Input<Schema> = Schema extends { readonly _zod: { readonly input: infer Given } }
  ? Given
  : never;

/** The query of a route: values travel as text, numbers are written out. */
export type Query<Name extends RouteName> = {
  readonly [Field in keyof Input<Routes[Name]['query']>]?: string | number | undefined;
};

/** The body of a route, before defaults. */
export type Body<Name extends RouteName> = Input<Routes[Name]['body']>;
