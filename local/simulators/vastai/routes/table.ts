// Every endpoint: its method, its path, its operation name in faults, and the minimum time between
// two calls of one caller (documented thresholds of 2026; for searches, what works in practice).

import type { Operation } from '../../kit/faults.ts';
import type { Route } from '../context.ts';
import { balance, charges } from './account.ts';
import {
  addAccountKey,
  changeAccountKey,
  listAccountKeys,
  removeAccountKey,
} from './account-keys.ts';
import { create } from './create.ts';
import { attachKey, change, destroy, detachKey, get, listKeys } from './instances.ts';
import { listAll, listPage } from './lists.ts';
import { search, searchAsks, searchByQuery } from './search.ts';

type Endpoint = {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: Operation;
  readonly spacingMs: number;
  /** How long a rate-limited call blocks the endpoint for its caller. */
  readonly penaltyMs: number;
  readonly run: Route;
};

const instance = '/api/v0/instances/:id/';

const endpoints: readonly Endpoint[] = [
  endpoint('POST /api/v0/bundles/', { operation: 'search', spacingMs: 500, run: search }),
  endpoint('GET /api/v0/bundles/', { operation: 'search', spacingMs: 500, run: searchByQuery }),
  endpoint('PUT /api/v0/search/asks/', { operation: 'search', spacingMs: 500, run: searchAsks }),
  endpoint('PUT /api/v0/asks/:id/', {
    ...{ operation: 'create', spacingMs: 4_500, penaltyMs: 12_000 },
    run: create,
  }),
  endpoint('GET /api/v0/instances/', { operation: 'list', spacingMs: 2_000, run: listAll }),
  endpoint('GET /api/v1/instances/', { operation: 'list', spacingMs: 1_000, run: listPage }),
  endpoint(`GET ${instance}`, { operation: 'get', spacingMs: 2_000, run: get }),
  endpoint(`PUT ${instance}`, { operation: 'change', spacingMs: 1_000, run: change }),
  endpoint(`DELETE ${instance}`, { operation: 'destroy', spacingMs: 3_000, run: destroy }),
  endpoint(`POST ${instance}ssh/`, { operation: 'attach-key', spacingMs: 0, run: attachKey }),
  endpoint(`GET ${instance}ssh/`, { operation: 'list-keys', spacingMs: 0, run: listKeys }),
  endpoint(`DELETE ${instance}ssh/:key/`, {
    operation: 'detach-key',
    spacingMs: 2_000,
    run: detachKey,
  }),
  endpoint('GET /api/v0/ssh/', { operation: 'account-keys', spacingMs: 0, run: listAccountKeys }),
  endpoint('POST /api/v0/ssh/', {
    operation: 'account-keys',
    spacingMs: 1_000,
    run: addAccountKey,
  }),
  endpoint('PUT /api/v0/ssh/:id/', {
    operation: 'account-keys',
    spacingMs: 1_000,
    run: changeAccountKey,
  }),
  endpoint('DELETE /api/v0/ssh/:id/', {
    operation: 'account-keys',
    spacingMs: 0,
    run: removeAccountKey,
  }),
  endpoint('GET /api/v0/users/current/', { operation: 'balance', spacingMs: 0, run: balance }),
  endpoint('GET /api/v0/charges/', { operation: 'charges', spacingMs: 1_000, run: charges }),
];

export type Match = { readonly endpoint: Endpoint; readonly ids: readonly number[] };

/** The endpoint for a path with a trailing slash. */
export function matchEndpoint(method: string, path: string): Match | undefined {
  for (const candidate of endpoints) {
    const parts = candidate.method === method ? candidate.path.exec(path) : null;
    if (parts !== null) return { endpoint: candidate, ids: parts.slice(1).map(Number) };
  }
  return undefined;
}

type Terms = Pick<Endpoint, 'operation' | 'spacingMs' | 'run'> & { readonly penaltyMs?: number };

function endpoint(line: string, terms: Terms): Endpoint {
  const [method = '', path = ''] = line.split(' ');
  return {
    method,
    path: new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}$`),
    penaltyMs: 0,
    ...terms,
  };
}
