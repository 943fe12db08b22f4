// Probe ready: looks for an SSH banner where no machine can call.

import { StepInput } from '../../shared/api/step-input.ts';
import { probeReady } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, probeReady);
