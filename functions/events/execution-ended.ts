// The target of the rule on executions that failed, ran too long or were aborted.

import { ExecutionEnded } from '../../shared/api/step-input.ts';
import { executionEnded } from '../../shared/app-sweep.ts';
import { event } from '../wrap.ts';

export const handler = event(ExecutionEnded, executionEnded);
