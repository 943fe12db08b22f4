// Refreshes the menu of one provider, on a schedule.

import { RefreshInput } from '../../shared/api/step-input.ts';
import { refreshOffers } from '../../shared/app.ts';
import { timer } from '../wrap.ts';

export const handler = timer(RefreshInput, refreshOffers);
