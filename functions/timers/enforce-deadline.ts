// The target of every lease's schedule: ends the lease without the workflow.

import { DeadlineInput } from '../../shared/api/step-input.ts';
import { enforceDeadline } from '../../shared/app.ts';
import { timer } from '../wrap.ts';

export const handler = timer(DeadlineInput, enforceDeadline);
