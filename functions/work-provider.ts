// Does the work of the steps that call a provider about one instance, in the order of their queue.

import { takeProviderMessage } from '../shared/app/work.ts';
import { work } from './wrap/work.ts';

export const handler = work(takeProviderMessage);
