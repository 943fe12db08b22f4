// Sweeps one provider, on a schedule of one minute; while nothing is leased, it skips most of them.

import { SweepInput } from '../../shared/api/step-input.ts';
import { sweepProvider } from '../../shared/app-sweep.ts';
import { timer } from '../wrap.ts';

export const handler = timer(SweepInput, sweepProvider);
