// POST /v1/sweeps: an operator sweeps a provider now and sees what was found.

import { sweepView } from '../../shared/api/views/operations.ts';
import { sweepOnDemand } from '../../shared/app/sweep.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('sweepProvider', sweepOnDemand, async (run, { caller, body }) =>
  sweepView(await run({ caller, provider: body.provider })),
);
