// POST /v1/leases/{id}/release: the consumer is done.

import { leaseView } from '../../shared/api/views.ts';
import { releaseLease } from '../../shared/app.ts';
import { api } from '../wrap.ts';

export const handler = api('releaseLease', releaseLease, async (run, { caller, params }) =>
  leaseView(await run({ leaseId: params.id, caller })),
);
