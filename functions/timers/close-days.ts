// Closes the books of days that are over, each night.

import { EveryDay } from '../../shared/api/step-input.ts';
import { closeDays } from '../../shared/app-costs.ts';
import { timer } from '../wrap.ts';

export const handler = timer(EveryDay, closeDays);
