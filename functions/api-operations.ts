// What operators do: freeze and thaw, see how things stand, and ask for sweeps, reconciliations and
// verification.

import { operationsRoutes } from '../shared/api/contract/operations.ts';
import { runRoutes } from '../shared/api/contract/runs.ts';
import { AccountPlace } from '../shared/api/requests/billing.ts';
import { scopeOf } from '../shared/api/requests/operations.ts';
import { reconciliationView, verifyView } from '../shared/api/views/billing.ts';
import { doctorView, freezesView, freezeView, sweepView } from '../shared/api/views/operations.ts';
import { verifyOnDemand } from '../shared/app/billing.ts';
import { reconcileOnDemand } from '../shared/app/charges.ts';
import { placeFreeze, readDoctor, readFreezes, thaw } from '../shared/app/operations.ts';
import { sweepOnDemand } from '../shared/app/sweep.ts';
import { list } from './wrap/list.ts';
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

    readDoctor: api(readDoctor, async (run, { caller }) => doctorView(await run(caller))),

    sweepProvider: api(sweepOnDemand, async (run, { caller, body }) =>
      sweepView(await run({ caller, provider: body.provider })),
    ),

    reconcileCharges: api(reconcileOnDemand, async (run, { caller, body }) =>
      reconciliationView(await run({ caller, provider: body.provider })),
    ),

    verifyLedger: list(verifyOnDemand, async (run, { caller, body, cursors }) => {
      const after = cursors.read(AccountPlace, body?.cursor)?.consumer ?? null;
      return verifyView(await run({ caller, consumer: body?.consumer ?? null, after }), cursors);
    }),
  },
);
