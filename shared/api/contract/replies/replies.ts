// The reply of each route. Views and handlers use only the types; clients, tests and documents
// import the schemas, so that no function bundles them.

import type * as z from 'zod/mini';
import type { RouteName } from '../contract.ts';
import { billingReplies } from './billing.ts';
import { leaseReplies } from './lease.ts';
import { ledgerReplies } from './ledger.ts';
import { menuReplies } from './menu.ts';
import { operationsReplies } from './operations.ts';
import { runReplies } from './runs.ts';

/** The schemas by route. They refuse unknown fields; a client uses their loose form. */
export const replies = {
  ...menuReplies,
  ...leaseReplies,
  ...ledgerReplies,
  ...billingReplies,
  ...operationsReplies,
  ...runReplies,
} as const satisfies Record<RouteName, z.ZodMiniType>;

/** The reply of a route. */
export type Reply<Name extends RouteName> = z.infer<(typeof replies)[Name]>;
