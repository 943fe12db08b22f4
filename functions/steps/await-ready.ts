// Await ready: parks the token that the machine's first phone-home answers.

import { WaitInput } from '../../shared/api/step-input.ts';
import { awaitReady } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(WaitInput, awaitReady);
