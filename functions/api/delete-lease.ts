// DELETE /v1/leases/{id}: the same as a release, for clients that think in resources.

import { leaseView } from '../../shared/api/views/lease.ts';
import { releaseLease } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('deleteLease', releaseLease, async (run, { caller, params }) =>
  leaseView(await run({ leaseId: params.id, caller })),
);
