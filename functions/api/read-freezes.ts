// GET /v1/freeze: what is frozen, how far that has come, and who did it.

import { freezesView } from '../../shared/api/views/operations.ts';
import { readFreezes } from '../../shared/app/operations.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readFreezes', readFreezes, async (run, { caller }) =>
  freezesView(await run(caller)),
);
