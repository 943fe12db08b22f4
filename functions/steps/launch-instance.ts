// Launch instance: the intent, then one create call.

import { StepInput } from '../../shared/api/step-input.ts';
import { launchInstance } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, launchInstance);
