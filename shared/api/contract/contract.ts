// The routes of the HTTP API and the schemas of their requests: the single source for handlers,
// clients and documents. Unknown fields are refused. The schemas of replies are in `replies/`, so
// that no function bundles them.

import type * as z from 'zod/mini';
import type { ApiFunction } from '../../core/base/functions.ts';
import { billingRoutes } from './billing.ts';
import { heartbeatRoutes } from './heartbeats.ts';
import { leaseRoutes } from './lease.ts';
import { ledgerRoutes } from './ledger.ts';
import { menuRoutes } from './menu.ts';
import { operationsRoutes } from './operations.ts';
import { runRoutes } from './runs.ts';

/**
 * Who may call a route, and how the caller authenticates: `iam` with an AWS signature, which the
 * gateway checks before it calls the function; `token` with a bearer token, which the function
 * checks.
 */
export const ACCESS = { consumer: 'iam', operator: 'iam', node: 'token' } as const;
export type Access = keyof typeof ACCESS;

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The function that serves it. */
  readonly handledBy: ApiFunction;
  readonly access: Access;
  /** The HTTP status of a reply that is no problem document. */
  readonly status: number;
  readonly params: z.ZodMiniType;
  readonly query: z.ZodMiniType;
  readonly body: z.ZodMiniType;
};

export const routes = {
  ...menuRoutes,
  ...leaseRoutes,
  ...heartbeatRoutes,
  ...ledgerRoutes,
  ...billingRoutes,
  ...operationsRoutes,
  ...runRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
