// The steps that list a provider's instances.

import { ProveInput, StepInput } from '../shared/api/requests/functions.ts';
import { findLaunched, proveAbsence, retireAttempt } from '../shared/app/lease.ts';
import { step, steps } from './wrap/steps.ts';

export const handler = steps<'work-list'>({
  find: step(StepInput, findLaunched),
  retire: step(StepInput, retireAttempt),
  prove: step(ProveInput, proveAbsence),
});
