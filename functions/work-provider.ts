// The steps that call a provider about one instance.

import { EndInput, StepInput } from '../shared/api/requests/functions.ts';
import { destroyInstance, launchInstance } from '../shared/app/lease.ts';
import { step, steps } from './wrap/steps.ts';

export const handler = steps<'work-provider'>({
  launch: step(StepInput, launchInstance),
  destroy: step(EndInput, destroyInstance),
});
