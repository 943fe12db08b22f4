// Prove absence: one round of complete listings.

import { ProveInput } from '../../shared/api/step-input.ts';
import { proveAbsence } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(ProveInput, proveAbsence);
