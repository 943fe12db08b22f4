// Prove absence: one round of complete listings.

import { ProveInput } from '../../shared/api/requests/functions.ts';
import { proveAbsence } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(ProveInput, proveAbsence);
