// End lease: the one door every lease leaves through.

import { EndInput } from '../../shared/api/requests/functions.ts';
import { endLease } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(EndInput, endLease);
