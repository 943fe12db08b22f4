// Serve: parks the token that ends or changes the lease.

import { WaitInput } from '../../shared/api/step-input.ts';
import { serveLease } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(WaitInput, serveLease);
