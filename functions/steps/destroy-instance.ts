// Destroy instance: asks the provider to end every instance of the lease.

import { EndInput } from '../../shared/api/requests/functions.ts';
import { destroyInstance } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(EndInput, destroyInstance);
