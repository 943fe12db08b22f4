// Sweeps one provider, on a schedule of one minute; while nothing is leased, it skips most of them.

import { SweepInput } from '../shared/api/requests/functions.ts';
import { sweepOnTimer } from '../shared/app/sweep.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(SweepInput, sweepOnTimer);
