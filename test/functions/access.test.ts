// Who may call a route: the wrapper decides by the contract, whatever the use case checks.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, routes as serveRoutes } from '../../functions/wrap/routes.ts';
import { type GatewayRequest, gatewayEvent, gatewayReply } from '../../local/aws/gateway.ts';
import { CONSUMER_ARN } from '../../local/demo/world.ts';
import {
  type Access,
  type RouteName,
  type Routes,
  routes,
} from '../../shared/api/contract/contract.ts';
import { within } from '../../shared/app/runtime.ts';
import { REPLIES } from '../clients/replies.ts';
import { someLimits } from '../support/builders/ledger.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

const OPERATOR_ARN = 'arn:aws:sts::123456789012:assumed-role/operator/night-shift';
const namesOf = (wanted: Access): readonly RouteName[] =>
  (Object.keys(routes) as RouteName[]).filter((name) => routes[name].access === wanted);

let world: LeaseWorld;
beforeAll(async () => {
  world = await leaseWorld({ env: { GPU_SHOPPER_OPERATORS: '123456789012/operator' } });
});
afterAll(() => world.close());

const params = { id: 'k3v9x0c2m5n8q1w4e7r6' };
const why = 'a test';
const scope = { body: { scope: 'all', why } };

/** What each route of operators takes. */
const REQUESTS: Partial<Record<RouteName, GatewayRequest>> = {
  approveExtension: { params, body: { until: '2026-11-22T12:00:00Z', why } },
  attestLease: { params, body: { why } },
  addProviderAccount: { params: { provider: 'vastai' }, body: { account: '1', why } },
  changeAccount: { params: { consumer: 'self' }, body: { version: 0, why, ...someLimits() } },
  verifyLedger: {},
  correctCharge: { params, body: { amountMicroUsd: 1, why } },
  reconcileCharges: { body: {} },
  readReconciliations: {},
  placeFreeze: scope,
  readFreezes: {},
  thaw: scope,
  sweepProvider: { body: {} },
  readDoctor: {},
  readRun: { params: { id: 'sweep-k3v9x0c2m5n8q1w4e7r6' } },
};

type ServeAll = Parameters<typeof serveRoutes>[1];

/** The route with a use case that everybody may call. */
async function askOpen(name: RouteName, userArn: string) {
  const open = api(
    () => null,
    async () => REPLIES[name],
  );
  const handler = serveRoutes({ [name]: routes[name] } as Routes, { [name]: open } as ServeAll);
  const event = gatewayEvent(name, { ...REQUESTS[name], userArn }, 'request-1');
  const call = () => handler(event, { functionName: name } as never);
  return gatewayReply(await within(world.service.runtime, call));
}

describe('a route of operators', () => {
  it('is each of these, and no other', () => {
    expect(new Set(namesOf('operator'))).toEqual(new Set(Object.keys(REQUESTS)));
  });

  it.each(namesOf('operator'))(
    '%s refuses a consumer, though its use case checks nothing',
    async (name) => {
      expect(await askOpen(name, CONSUMER_ARN)).toMatchObject({
        status: 403,
        body: { type: 'urn:gpu-shopper:problem:Forbidden', detail: 'only operators can do this' },
      });
    },
  );

  it.each(namesOf('operator'))('%s lets an operator in', async (name) => {
    expect(await askOpen(name, OPERATOR_ARN)).toMatchObject({ body: REPLIES[name] });
  });

  it.each(namesOf('operator'))('%s refuses a consumer as it is deployed', async (name) => {
    const request = { ...REQUESTS[name], userArn: CONSUMER_ARN };
    const reply = await world.ask(name, request);
    expect(reply).toMatchObject({ status: 403, body: { detail: 'only operators can do this' } });
  });
});

it.each([...namesOf('consumer'), ...namesOf('operator')])(
  '%s refuses a caller without an identity',
  async (name) => {
    const reply = await world.service.call(name, REQUESTS[name] ?? {});
    const detail = 'the request must be signed with AWS Signature Version 4';
    expect(reply).toMatchObject({ status: 403, body: { detail } });
  },
);

it.each(namesOf('node'))('%s refuses a signature without a lease token', async (name) => {
  const detail = 'the header Authorization must be "Bearer" and the lease token';
  expect(await world.ask(name)).toMatchObject({ status: 403, body: { detail } });
});
