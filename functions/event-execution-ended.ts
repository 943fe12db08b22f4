// The target of the rule on executions that failed, ran too long or were aborted.

import { ExecutionEnded } from '../shared/api/requests/functions.ts';
import { executionEnded } from '../shared/app/sweep.ts';
import { event } from './wrap/target.ts';

export const handler = event(ExecutionEnded, executionEnded);
