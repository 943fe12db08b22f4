// Choose offer: the best candidate of the menu.

import { StepInput } from '../../shared/api/requests/functions.ts';
import { chooseOffer } from '../../shared/app/lease.ts';
import { step } from '../wrap/wrap.ts';

export const handler = step(StepInput, chooseOffer);
