// Identifies the caller: the account, an instance with its own key, no key, or an unknown key. An
// instance's key must never give access to another instance.

import type { Operation } from '../kit/faults.ts';
import { exists } from '../kit/life.ts';
import type { Incoming } from '../kit/wire.ts';
import type { Context } from './context.ts';
import type { Instance } from './state.ts';

export type Caller = 'account' | 'anonymous' | 'unknown' | Instance;

/** The bearer key, or the legacy query parameter; null when both are missing. */
export function keyOf({ headers, url }: Incoming): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return bearer ?? url.searchParams.get('api_key');
}

export function identify({ state, settings, now }: Context, key: string | null): Caller {
  if (key === null) return 'anonymous';
  if (key === settings.apiKey) return 'account';
  const owner = state.instances.find((instance) => instance.apiKey === key);
  return owner !== undefined && exists(owner, now) ? owner : 'unknown';
}

/** An instance's key allows only changing and destroying that instance. */
export function mayCall(caller: Caller, operation: Operation, id: number | undefined): boolean {
  if (typeof caller === 'string') return true;
  return caller.id === id && (operation === 'change' || operation === 'destroy');
}
