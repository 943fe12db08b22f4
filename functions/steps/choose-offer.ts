// Choose offer: the best candidate of the menu.

import { StepInput } from '../../shared/api/step-input.ts';
import { chooseOffer } from '../../shared/app.ts';
import { step } from '../wrap.ts';

export const handler = step(StepInput, chooseOffer);
