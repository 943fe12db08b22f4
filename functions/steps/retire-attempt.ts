// Retire attempt: destroys an instance that never served and proves it absent.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { retireAttempt } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, retireAttempt);
