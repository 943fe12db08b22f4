// Find launched: looks for the instance of an unanswered create call.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { findLaunched } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, findLaunched);
