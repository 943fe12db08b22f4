// Settle: charges, returns the rest of the hold, removes the schedule.

import { StepInput } from '../../shared/api/step-input.ts';
import { settleLease } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, settleLease);
