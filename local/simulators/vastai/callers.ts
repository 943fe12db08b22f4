// Who calls: the account, one of its instances with the key it was born with, or somebody else.
// An instance's key must never reach beyond that instance.

import type { Operation } from '../kit/faults.ts';
import { exists } from '../kit/life.ts';
import type { Incoming } from '../kit/wire.ts';
import type { Context } from './context.ts';
import type { Instance } from './state.ts';

export type Caller = 'account' | 'nobody' | 'stranger' | Instance;

/** The bearer key, or the legacy query parameter; null without either. */
export function keyOf({ headers, url }: Incoming): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return bearer ?? url.searchParams.get('api_key');
}

export function identify({ state, settings, now }: Context, key: string | null): Caller {
  if (key === null) return 'nobody';
  if (key === settings.apiKey) return 'account';
  const owner = state.instances.find((instance) => instance.apiKey === key);
  return owner !== undefined && exists(owner, now) ? owner : 'stranger';
}

/** An instance may change and destroy itself, nothing else. */
export function mayCall(caller: Caller, operation: Operation, id: number | undefined): boolean {
  if (typeof caller === 'string') return true;
  return caller.id === id && (operation === 'change' || operation === 'destroy');
}
