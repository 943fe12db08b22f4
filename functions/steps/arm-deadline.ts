// Arm deadline: the schedule that ends the lease without the workflow.

import { StepInput } from '../../shared/api/step-input.ts';
import { armDeadline } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, armDeadline);
