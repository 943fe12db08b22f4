// Arm deadline: the schedule that ends the lease without the workflow.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { armDeadline } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, armDeadline);
