// Freeze and thaw, for operators in an emergency. The freeze is recorded before any lease is ended,
// so that no new lease starts in between.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { DurationMs, EpochMs } from '../../core/base/time.ts';
import {
  type Freeze,
  type FreezeScope,
  landedBy,
  placeFreeze,
  thaw,
} from '../../core/operations/freeze.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FreezeStore } from '../../ports/freeze-store.ts';
import { type EndFrozenPorts, endFrozen } from './end-frozen.ts';

type FreezeRecords = { readonly freezes: FreezeStore; readonly clock: Clock };

export type PlaceFreezePorts = FreezeRecords &
  EndFrozenPorts & {
    /** How long after its intent a create call can take effect, at any configured provider. */
    readonly createWindow: DurationMs;
  };

export type FreezeInput = {
  readonly caller: Caller;
  readonly scope: FreezeScope;
  readonly why: string;
};

/**
 * Changes the record of a scope, with retries after version conflicts; `decide` returns null to
 * leave it.
 */
export async function changeFreeze(
  records: FreezeRecords,
  scope: FreezeScope,
  decide: (before: Freeze | null, now: EpochMs) => Freeze | null,
): Promise<Freeze | null> {
  for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
    const before = await records.freezes.get(scope);
    const next = decide(before, records.clock.now());
    if (next === null) return before;
    if ((await records.freezes.commit(next)) === 'committed') return next;
  }
  throw new Failure('Conflict', 'version conflict: the freeze changed during every retry');
}

/**
 * Stops admissions and launches in the scope and starts to end its leases. Safe to repeat; a freeze
 * in force continues. Throws Forbidden, StoreDown, ProviderDown, Conflict: when it throws after the
 * record is written, the rounds end the rest.
 */
export function createPlaceFreeze(ports: PlaceFreezePorts) {
  return async ({ caller, scope, why }: FreezeInput): Promise<Freeze> => {
    mustBeOperator(caller);
    const by = caller.consumer;
    const freeze = await changeFreeze(ports, scope, (before, now) =>
      placeFreeze(before, { scope, landedBy: landedBy(now, ports.createWindow), by, why }, now),
    );
    if (freeze === null)
      throw new Failure('Conflict', 'version conflict: the freeze was not placed');
    await endFrozen(ports, freeze);
    return freeze;
  };
}

/** Thaws the scope. Safe to repeat. Throws Forbidden, NotFound, StoreDown, Conflict. */
export function createThaw(records: FreezeRecords) {
  return async ({ caller, scope, why }: FreezeInput): Promise<Freeze> => {
    mustBeOperator(caller);
    const by = caller.consumer;
    const thawed = await changeFreeze(records, scope, (before, now) =>
      before === null ? null : thaw(before, { by, why }, now),
    );
    if (thawed === null)
      throw new Failure('NotFound', 'no freeze exists for this scope', { field: 'scope' });
    return thawed;
  };
}

/** Reads every freeze, past ones included, with its progress. Throws Forbidden, StoreDown. */
export function createReadFreezes(records: FreezeRecords) {
  return (caller: Caller): Promise<readonly Freeze[]> => {
    mustBeOperator(caller);
    return records.freezes.all();
  };
}
