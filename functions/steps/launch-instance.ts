// Launch instance: the intent, then one create call.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { launchInstance } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, launchInstance);
