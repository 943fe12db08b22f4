// The functions of the API: each serves the routes that the contract gives it, and no others.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayEvent } from '../../local/aws/gateway.ts';
import { handlers } from '../../local/handlers.ts';
import { type RouteName, routes } from '../../shared/api/contract/contract.ts';
import { within } from '../../shared/app/runtime.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

const ROUTES = Object.keys(routes) as readonly RouteName[];
const FUNCTIONS = [...new Set(ROUTES.map((name) => routes[name].handledBy))];

let world: LeaseWorld;
beforeAll(async () => {
  world = await leaseWorld({ freshMenu: false });
});
afterAll(() => world.close());

/** Whether the function has the route: a caller without an identity gets a reply then. */
const serves = (name: (typeof FUNCTIONS)[number], route: RouteName): Promise<boolean> =>
  within(world.service.runtime, () =>
    handlers[name](gatewayEvent(route, {}, 'request-1'), { functionName: name } as never).then(
      () => true,
      (error: Error) => {
        expect(error.name).toBe('InvariantBroken');
        return false;
      },
    ),
  );

describe.each(FUNCTIONS)('%s', (name) => {
  it.each(ROUTES)('serves %s exactly when the contract says so', async (route) => {
    expect(await serves(name, route)).toBe(routes[route].handledBy === name);
  });
});
