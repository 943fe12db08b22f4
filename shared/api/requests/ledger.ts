// From parsed requests about accounts to what use cases take.

import type { Caller } from '../../core/base/caller.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { type ChangeRequest, SELF } from '../contract/ledger.ts';

/** The consumer a path names. */
export const whose = (path: { readonly consumer: ConsumerId }, caller: Caller): ConsumerId =>
  path.consumer === SELF ? caller.consumer : path.consumer;

export function changeOf({ version, why, ...limits }: ChangeRequest) {
  return { version, why, limits };
}
