// Refreshes the menu of one provider, on a schedule.

import { RefreshInput } from '../shared/api/requests/functions.ts';
import { refreshOffers } from '../shared/app/lease.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(RefreshInput, refreshOffers);
