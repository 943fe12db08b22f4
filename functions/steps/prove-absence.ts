// Prove absence: one round of complete listings.

import { StepInput } from '../../shared/api/step-input.ts';
import { proveAbsence } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, proveAbsence);
