// The steps that call a provider about one instance.

import { EndInput, StepInput } from '../shared/api/requests/functions.ts';
import { destroyInstance, getInstance, launchInstance } from '../shared/app/lease.ts';
import { step, steps } from './wrap/steps.ts';

export const handler = steps<'work-provider'>({
  launch: step(StepInput, launchInstance),
  get: step(StepInput, getInstance),
  destroy: step(EndInput, destroyInstance),
});
