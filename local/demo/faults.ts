// The faults the demo can show being survived: what goes wrong at the provider, in words and in
// deed.

import type { FaultSpec } from '../simulators/kit/faults.ts';
import type { World } from './world.ts';

export type DemoFault = {
  readonly says: string;
  /** Set before the request, or when the lease is released. */
  readonly from: 'request' | 'release';
  readonly set: (world: World) => void;
};

/** Whichever market the lease goes to. */
const onEach =
  (...faults: readonly FaultSpec[]) =>
  ({ markets }: World): void => {
    for (const market of markets.values()) for (const fault of faults) market.addFault(fault);
  };

export const DEMO_FAULTS: Readonly<Record<string, DemoFault>> = {
  refuse: {
    says: 'somebody else takes the first offer a moment before us',
    from: 'request',
    set: onEach({ name: 'refuse', operation: 'create', times: 1 }),
  },
  'rate-limit': {
    says: 'the first create call is one too many',
    from: 'request',
    set: onEach({ name: 'rate-limit', operation: 'create', times: 1 }),
  },
  'drop-after-effect': {
    says: 'the instance is created, and the connection breaks before we learn of it',
    from: 'request',
    set: onEach({ name: 'drop-after-effect', operation: 'create', times: 1 }),
  },
  'error-after-effect': {
    says: 'the instance is created, and the provider answers 500',
    from: 'request',
    set: onEach({ name: 'error-after-effect', operation: 'create', times: 1 }),
  },
  'stale-list': {
    says: 'the reply to create is lost, and listings miss the new instance for two minutes',
    from: 'request',
    set: onEach(
      { name: 'drop-after-effect', operation: 'create', times: 1 },
      { name: 'stale-list', forMs: 120_000 },
    ),
  },
  'never-boots': {
    says: 'the first instance never gets ready',
    from: 'request',
    set: onEach({ name: 'never-boots', times: 1 }),
  },
  'refuse-destroy': {
    says: 'the provider refuses every destroy for five minutes',
    from: 'release',
    set: onEach({ name: 'refuse-destroy', forMs: 300_000 }),
  },
  zombie: {
    says: 'destroy is accepted, but the instance stays for five minutes',
    from: 'release',
    set: onEach({ name: 'zombie', forMs: 300_000 }),
  },
};
