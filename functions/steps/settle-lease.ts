// Settle: charges, returns the rest of the hold, removes the schedule.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { settleLease } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, settleLease);
