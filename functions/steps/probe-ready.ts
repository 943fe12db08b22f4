// Probe ready: looks for an SSH banner where no instance can call.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { probeReady } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, probeReady);
