// GET /v1/doctor: how things stand, for operators.

import { doctorView } from '../../shared/api/views/operations.ts';
import { readDoctor } from '../../shared/app/operations.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readDoctor', readDoctor, async (run, { caller }) =>
  doctorView(await run(caller)),
);
