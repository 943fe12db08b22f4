// Find launched: looks for the machine of an unanswered create call.

import { StepInput } from '../../shared/api/step-input.ts';
import { findLaunched } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, findLaunched);
