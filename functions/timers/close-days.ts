// Closes the books of days that are over, each night.

import { EveryDay } from '../../shared/api/requests/functions.ts';
import { closeDays } from '../../shared/app/billing.ts';
import { timer } from '../wrap/wrap.ts';

export const handler = timer(EveryDay, closeDays);
