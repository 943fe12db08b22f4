// Does the work of the steps that list a provider's instances, in the order of their queue.

import { takeListMessage } from '../shared/app/work.ts';
import { work } from './wrap/work.ts';

export const handler = work(takeListMessage);
