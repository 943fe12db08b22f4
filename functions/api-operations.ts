// What operators do: freeze and thaw, see how things stand, and ask for sweeps, reconciliations and
// verification.

import { operationsRoutes } from '../shared/api/contract/operations.ts';
import { runRoutes } from '../shared/api/contract/runs.ts';
import { keyOf } from '../shared/api/requests/key.ts';
import { scopeOf } from '../shared/api/requests/operations.ts';
import {
  accountsView,
  doctorView,
  freezesView,
  freezeView,
} from '../shared/api/views/operations.ts';
import { runView } from '../shared/api/views/runs.ts';
import {
  addProviderAccount,
  placeFreeze,
  readDoctor,
  readFreezes,
  thaw,
} from '../shared/app/operations.ts';
import {
  readRun,
  requestReconciliation,
  requestSweep,
  requestVerification,
} from '../shared/app/runs.ts';
import { api, routes } from './wrap/routes.ts';

export const handler = routes(
  { ...operationsRoutes, ...runRoutes },
  {
    placeFreeze: api(placeFreeze, async (run, { caller, body }) =>
      freezeView(await run({ caller, scope: scopeOf(body), why: body.why })),
    ),

    readFreezes: api(readFreezes, async (run, { caller }) => freezesView(await run(caller))),

    thaw: api(thaw, async (run, { caller, body }) =>
      freezeView(await run({ caller, scope: scopeOf(body), why: body.why })),
    ),

    addProviderAccount: api(addProviderAccount, async (run, { caller, params, body }) =>
      accountsView(await run({ caller, provider: params.provider, ...body })),
    ),

    readDoctor: api(readDoctor, async (run, { caller }) => doctorView(await run(caller))),

    sweepProvider: api(requestSweep, async (run, { caller, body, headers }) => {
      const key = keyOf(headers);
      return runView(await run({ caller, key, provider: body.provider }));
    }),

    reconcileCharges: api(requestReconciliation, async (run, { caller, body, headers }) => {
      const key = keyOf(headers);
      return runView(await run({ caller, key, provider: body.provider }));
    }),

    verifyLedger: api(requestVerification, async (run, { caller, body, headers }) => {
      const key = keyOf(headers);
      return runView(await run({ caller, key, consumer: body?.consumer ?? null }));
    }),

    readRun: api(readRun, async (run, { caller, params }) =>
      runView(await run({ caller, id: params.id })),
    ),
  },
);
