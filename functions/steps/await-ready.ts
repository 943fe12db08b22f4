// Await ready: parks the token that the instance's first phone-home answers.

import { WaitInput } from '../../shared/api/requests/functions.ts';
import { awaitReady } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(WaitInput, awaitReady);
