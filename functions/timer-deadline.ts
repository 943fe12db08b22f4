// The target of every lease's schedule: ends the lease without the workflow.

import { DeadlineInput } from '../shared/api/requests/functions.ts';
import { enforceDeadline } from '../shared/app/lease.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(DeadlineInput, enforceDeadline);
