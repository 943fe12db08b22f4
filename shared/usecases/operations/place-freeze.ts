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
  thawUnreadable,
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
 * leave it. A new record replaces an unreadable one.
 */
export async function changeFreeze(
  records: FreezeRecords,
  scope: FreezeScope,
  decide: (before: Freeze | 'unreadable' | null, now: EpochMs) => Freeze | null,
): Promise<Freeze | null> {
  for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
    const before = await records.freezes.get(scope);
    const next = decide(before, records.clock.now());
    if (next === null) return before === 'unreadable' ? null : before;
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
    const freeze = await changeFreeze(ports, scope, (before, now) => {
      const placing = { scope, landedBy: landedBy(now, ports.createWindow), by, why };
      return placeFreeze(before === 'unreadable' ? null : before, placing, now);
    });
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
    const thawed = await changeFreeze(records, scope, (before, now) => {
      if (before === 'unreadable') return thawUnreadable(scope, { by, why }, now);
      return before === null ? null : thaw(before, { by, why }, now);
    });
    if (thawed === null)
      throw new Failure('NotFound', 'no freeze exists for this scope', { field: 'scope' });
    return thawed;
  };
}

export type FreezeList = {
  readonly freezes: readonly Freeze[];
  /** The scopes whose record could not be read: they may be frozen. */
  readonly unreadable: readonly string[];
};

/** Reads every freeze, past ones included, with its progress. Throws Forbidden, StoreDown. */
export function createReadFreezes({ freezes }: Pick<FreezeRecords, 'freezes'>) {
  return async (caller: Caller): Promise<FreezeList> => {
    mustBeOperator(caller);
    const unreadable: string[] = [];
    const read = await freezes.all(({ id }) => unreadable.push(id));
    return { freezes: read, unreadable };
  };
}
