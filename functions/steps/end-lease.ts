// End lease: the one door every lease leaves through.

import { EndInput } from '../../shared/api/step-input.ts';
import { endLease } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(EndInput, endLease);
