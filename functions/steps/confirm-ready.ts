// Confirm ready: begins to serve, or gives the instance back.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { confirmReady } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, confirmReady);
