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
  'other-account': {
    description: 'for two minutes the key belongs to another account, which shows no instance',
    from: 'release',
    inject: onEveryMarket({ name: 'other-account', forMs: 120_000 }),
  },
  'empty-list': {
    description: 'for two minutes listings are empty, although the instance runs',
    from: 'release',
    inject: onEveryMarket({ name: 'empty-list', forMs: 120_000 }),
  },
  'missing-total': {
    description: 'listings do not report how many instances there are',
    from: 'request',
    inject: onEveryMarket({ name: 'missing-total', operation: 'list', forMs: 600_000 }),
  },
  'rewritten-label': {
    description: 'the provider shows another label on the instance for five minutes',
    from: 'release',
    inject: onEveryMarket({ name: 'rewritten-label', forMs: 300_000 }),
  },
  'cut-label': {
    description: 'the provider cuts the label of the instance',
    from: 'request',
    inject: onEveryMarket({ name: 'cut-label' }),
  },
  'wrong-id': {
    description: 'create responds with a number that no instance of the account has',
    from: 'request',
    inject: onEveryMarket({ name: 'wrong-id', times: 1 }),
  },
  'reused-id': {
    description: 'the new instance gets the number of an earlier instance of someone else',
    from: 'request',
    inject: ({ markets }) => {
      for (const market of markets.values()) {
        market.vanish(market.addForeignInstance());
        market.addFault({ name: 'reused-id', times: 1 });
      }
    },
  },
  'quoted-key': {
    description: 'the provider quotes the API key in the error of the first create call',
    from: 'request',
    inject: onEveryMarket({ name: 'quoted-key', operation: 'create', times: 1 }),
  },
  'odd-row': {
    description: "a row of somebody else's instance is unreadable in every listing",
    from: 'request',
    inject: ({ markets }) => {
      for (const market of markets.values()) {
        market.addFault({ name: 'odd-row', instanceId: market.addForeignInstance() });
      }
    },
  },
  'young-404': {
    description: 'destroy does not find the instance until it is nine minutes old',
    from: 'release',
    inject: onEveryMarket({ name: 'young-404', forMs: 540_000 }),
  },
  'absurd-retry-after': {
    description: 'the provider refuses the first create call and names ten years as the wait',
    from: 'request',
    inject: onEveryMarket({
      name: 'absurd-retry-after',
      operation: 'create',
      times: 1,
      variant: 0,
    }),
  },
};
