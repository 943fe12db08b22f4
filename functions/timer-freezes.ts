// One round of every freeze that is not finished, each minute.

import { EveryMinute } from '../shared/api/requests/functions.ts';
import { advanceFreezes } from '../shared/app/operations.ts';
import { timer } from './wrap/target.ts';

export const handler = timer(EveryMinute, advanceFreezes);
