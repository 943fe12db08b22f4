// Retire attempt: destroys a machine that never served and proves it absent.

import { StepInput } from '../../shared/api/step-input.ts';
import { retireAttempt } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, retireAttempt);
