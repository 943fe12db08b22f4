// Accounts, the ledger and what leases cost: consumers read their own, operators anybody's.
// Operators also change limits and correct charges.

import { billingRoutes } from '../shared/api/contract/billing.ts';
import { ledgerRoutes } from '../shared/api/contract/ledger.ts';
import { CostPlace, spanOf } from '../shared/api/requests/billing.ts';
import { keyOf } from '../shared/api/requests/key.ts';
import { changeOf, EntryPlace, NotePlace, whose } from '../shared/api/requests/ledger.ts';
import { costsView, leaseCostView, reconciliationsView } from '../shared/api/views/billing.ts';
import { leaseView } from '../shared/api/views/lease.ts';
import { accountView, ledgerView, notesView } from '../shared/api/views/ledger.ts';
import { readCosts, readLeaseCost, readLedger } from '../shared/app/billing.ts';
import { correctCharge, readReconciliations } from '../shared/app/charges.ts';
import { changeAccount, readAccount, readAccountEvents } from '../shared/app/ledger.ts';
import { list } from './wrap/list.ts';
import { api, routes } from './wrap/routes.ts';

export const handler = routes(
  { ...ledgerRoutes, ...billingRoutes },
  {
    readAccount: api(readAccount, async (run, { caller, params }) =>
      accountView(await run({ caller, consumer: whose(params, caller) })),
    ),

    changeAccount: api(changeAccount, async (run, { caller, params, body }) =>
      accountView(await run({ caller, consumer: whose(params, caller), ...changeOf(body) })),
    ),

    readAccountEvents: list(readAccountEvents, async (run, { caller, params, query, cursors }) => {
      const after = cursors.read(NotePlace, query.cursor);
      return notesView(await run({ caller, consumer: whose(params, caller), after }), cursors);
    }),

    readLedger: list(readLedger, async (run, { caller, query, now, cursors }) => {
      const { consumer = caller.consumer, limit, cursor } = query;
      const after = cursors.read(EntryPlace, cursor);
      const page = await run({ caller, consumer, span: spanOf(query, now), after, limit });
      return ledgerView(page, cursors);
    }),

    readCosts: list(readCosts, async (run, { caller, query, now, cursors }) => {
      const { groupBy, consumer = null, cursor } = query;
      const span = spanOf(query, now);
      const after = cursors.read(CostPlace, cursor);
      const report = await run({ caller, consumer, groupBy, span, after });
      return costsView(report, { groupBy, span }, cursors);
    }),

    readLeaseCost: api(readLeaseCost, async (run, { caller, params }) =>
      leaseCostView(await run({ leaseId: params.id, caller })),
    ),

    correctCharge: api(correctCharge, async (run, { caller, params, body, headers }) => {
      const key = keyOf(headers);
      const { amountMicroUsd: amount, why } = body;
      return leaseView(await run({ leaseId: params.id, caller, key, amount, why }));
    }),

    readReconciliations: api(readReconciliations, async (run, { caller }) =>
      reconciliationsView(await run(caller)),
    ),
  },
);
