// The faults of `npm run demo -- --fault NAME`: what each one does at the simulated provider, and
// when.

import type { FaultSpec } from '../simulators/kit/faults.ts';
import type { World } from './world.ts';

export type DemoFault = {
  readonly description: string;
  /** Whether the fault is injected before the request or when the lease is released. */
  readonly from: 'request' | 'release';
  readonly inject: (world: World) => void;
};

/** Adds the faults to every market: the lease may launch at any of them. */
const onEveryMarket =
  (...faults: readonly FaultSpec[]) =>
  ({ markets }: World): void => {
    for (const market of markets.values()) for (const fault of faults) market.addFault(fault);
  };

export const DEMO_FAULTS: Readonly<Record<string, DemoFault>> = {
  refuse: {
    description: 'another customer rents the first offer before this lease does',
    from: 'request',
    inject: onEveryMarket({ name: 'refuse', operation: 'create', times: 1 }),
  },
  'rate-limit': {
    description: 'the provider refuses the first create call with its rate limit',
    from: 'request',
    inject: onEveryMarket({ name: 'rate-limit', operation: 'create', times: 1 }),
  },
  'drop-after-effect': {
    description: 'the instance is created, and the connection breaks before the response',
    from: 'request',
    inject: onEveryMarket({ name: 'drop-after-effect', operation: 'create', times: 1 }),
  },
  'error-after-effect': {
    description: 'the instance is created, and the provider responds with 500',
    from: 'request',
    inject: onEveryMarket({ name: 'error-after-effect', operation: 'create', times: 1 }),
  },
  'stale-list': {
    description: 'the create response is lost, and listings omit the instance for two minutes',
    from: 'request',
    inject: onEveryMarket(
      { name: 'drop-after-effect', operation: 'create', times: 1 },
      { name: 'stale-list', forMs: 120_000 },
    ),
  },
  'never-boots': {
    description: 'the first instance never becomes ready',
    from: 'request',
    inject: onEveryMarket({ name: 'never-boots', times: 1 }),
  },
  'refuse-destroy': {
    description: 'the provider refuses every destroy call for five minutes',
    from: 'release',
    inject: onEveryMarket({ name: 'refuse-destroy', forMs: 300_000 }),
  },
  zombie: {
    description: 'the provider accepts destroy, but the instance runs for five more minutes',
    from: 'release',
    inject: onEveryMarket({ name: 'zombie', forMs: 300_000 }),
  },
};
