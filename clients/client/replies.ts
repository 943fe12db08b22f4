// The types of requests and replies, from the contract's schemas. Instants in replies are ISO 8601
// text. A newer service may send more fields and more values of enums.

import type { RouteName, Routes } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';

export type Lease = Reply<'readLease'>;
export type LeaseState = Lease['state'];
export type Offer = Reply<'readOffer'>;
export type LeaseEvent = Reply<'readEvents'>['events'][number];
export type HeartbeatReply = Reply<'recordHeartbeat'>;
export type Account = Reply<'readAccount'>;
export type AccountEvent = Reply<'readAccountEvents'>['events'][number];
export type LedgerEntry = Reply<'readLedger'>['entries'][number];
export type Costs = Reply<'readCosts'>;
export type LeaseCost = Reply<'readLeaseCost'>;
export type Run = Reply<'readRun'>;
type ResultOf<Kind extends Run['kind']> = NonNullable<Extract<Run, { kind: Kind }>['result']>;
export type Sweep = ResultOf<'sweep'>;
export type Reconciliation = ResultOf<'reconcile'>;
export type Verdict = ResultOf<'verify'>;
export type Freeze = Reply<'placeFreeze'>;
export type Diagnosis = Reply<'readDoctor'>;

type Input<Schema> = Schema extends { readonly _zod: { readonly input: infer Given } }
  ? Given
  : never;

/** The query of a route. The client sends numbers as text. */
export type Query<Name extends RouteName> = {
  readonly [Field in keyof Input<Routes[Name]['query']>]?: string | number | undefined;
};

/** The body of a route, before defaults. */
export type Body<Name extends RouteName> = Input<Routes[Name]['body']>;
