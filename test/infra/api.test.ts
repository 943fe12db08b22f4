// How much each route of the API takes: a flood on the route that anybody may send to leaves the
// others alone.

import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { routes } from '../../shared/api/contract/contract.ts';
import { devStack } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());
const template = Template.fromStack(synthesis.stack);

const Throttle = z.object({ ThrottlingRateLimit: z.number(), ThrottlingBurstLimit: z.number() });
const StageShape = z.object({
  DependsOn: z.array(z.string()),
  Properties: z.object({
    DefaultRouteSettings: Throttle,
    RouteSettings: z.record(z.string(), Throttle),
  }),
});
const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
const { DependsOn, Properties } = StageShape.parse(stage);
const nodeKey = `${routes.recordNodeHeartbeat.method} ${routes.recordNodeHeartbeat.path}`;

it('gives the route of nodes a throttle of its own, and no other route', () => {
  expect(Object.keys(Properties.RouteSettings)).toEqual([nodeKey]);
});

it('lets 3,000 nodes send their heartbeat within a minute, and all at once after an outage', () => {
  const { ThrottlingRateLimit, ThrottlingBurstLimit } = Properties.RouteSettings[nodeKey] ?? {};
  expect(ThrottlingRateLimit).toBeGreaterThanOrEqual(3_000 / 60);
  expect(ThrottlingBurstLimit).toBeGreaterThanOrEqual(3_000);
});

it('limits every other route, too', () => {
  expect(Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
});

// API Gateway refuses settings of a route that does not exist yet.
it('creates the stage after every route', () => {
  const created = Object.keys(template.findResources('AWS::ApiGatewayV2::Route'));
  expect(created).toHaveLength(Object.keys(routes).length);
  expect(DependsOn).toEqual(expect.arrayContaining(created));
});

it('has one integration for each function', () => {
  const { size } = new Set(Object.values(routes).map(({ handledBy }) => handledBy));
  template.resourceCountIs('AWS::ApiGatewayV2::Integration', size);
});
