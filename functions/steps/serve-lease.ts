// Serve: parks the token that ends or changes the lease.

import { WaitInput } from '../../shared/api/requests/functions.ts';
import { serveLease } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(WaitInput, serveLease);
