// What each route answers. Views and handlers use the types alone: only clients, tests and
// documents import the schemas, so that no function bundles them.

import type * as z from 'zod/mini';
import type { RouteName } from '../contract.ts';
import { billingReplies } from './billing.ts';
import { leaseReplies } from './lease.ts';
import { ledgerReplies } from './ledger.ts';
import { menuReplies } from './menu.ts';
import { operationsReplies } from './operations.ts';

/** By route. Unknown fields are refused; a client keeps them. */
export const replies = {
  ...menuReplies,
  ...leaseReplies,
  ...ledgerReplies,
  ...billingReplies,
  ...operationsReplies,
} as const satisfies Record<RouteName, z.ZodMiniType>;

/** The reply of a route. */
export type Reply<Name extends RouteName> = z.infer<(typeof replies)[Name]>;
