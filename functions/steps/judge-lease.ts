// Judge: serve on, or begin to end the lease.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { judgeLease } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, judgeLease);
