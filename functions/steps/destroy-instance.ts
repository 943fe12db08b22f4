// Destroy instance: asks the provider to end every machine of the lease.

import { EndInput } from '../../shared/api/step-input.ts';
import { destroyInstance } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(EndInput, destroyInstance);
