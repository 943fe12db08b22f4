// Proves each day that entries, leases, closed days and accounts agree; a difference is a page.

import { EveryDay } from '../../shared/api/requests/functions.ts';
import { verifyLedger } from '../../shared/app/billing.ts';
import { timer } from '../wrap/wrap.ts';

export const handler = timer(EveryDay, verifyLedger);
