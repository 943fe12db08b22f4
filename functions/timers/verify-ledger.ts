// Proves each day that entries, leases, closed days and accounts agree; a difference is a page.

import { EveryDay } from '../../shared/api/step-input.ts';
import { verifyLedger } from '../../shared/app-costs.ts';
import { timer } from '../wrap.ts';

export const handler = timer(EveryDay, verifyLedger);
