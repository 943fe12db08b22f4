// Compares one provider's charges with ours, once a day.

import { ReconcileInput } from '../shared/api/requests/functions.ts';
import { reconcileOnTimer } from '../shared/app/charges.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(ReconcileInput, reconcileOnTimer);
