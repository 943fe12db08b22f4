// Closes the books of days that are over, then proves that entries, leases, closed days and
// accounts agree, each night. A difference is a page.

import { BooksInput } from '../shared/api/requests/functions.ts';
import { keepBooks } from '../shared/app/billing.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(BooksInput, keepBooks);
