// Chooses the offer of each attempt: the only step that reads the menu, and so needs its memory.

import { StepInput } from '../shared/api/requests/functions.ts';
import { chooseOffer } from '../shared/app/lease.ts';
import { step, steps } from './wrap/steps.ts';

export const handler = steps<'step-choose'>({ choose: step(StepInput, chooseOffer) });
