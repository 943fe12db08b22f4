// Confirm ready: begins to serve, or gives the machine back.

import { StepInput } from '../../shared/api/step-input.ts';
import { confirmReady } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, confirmReady);
