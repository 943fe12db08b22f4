// Judge: serve on, or begin to end the lease.

import { StepInput } from '../../shared/api/step-input.ts';
import { judgeLease } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, judgeLease);
