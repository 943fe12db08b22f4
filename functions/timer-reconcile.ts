// Compares one provider's charges with ours, once a day.

import { RefreshInput } from '../shared/api/requests/functions.ts';
import { reconcileCharges } from '../shared/app/charges.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(RefreshInput, reconcileCharges);
