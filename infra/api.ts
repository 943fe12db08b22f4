// The HTTP API: every route of the contract and no other. Consumers are identified by IAM; the
// routes of nodes carry a lease token, which their function checks before anything else.

import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ACCESS, type RouteName, routes } from '../shared/api/contract/contract.ts';
import type { ApiFunction } from '../shared/core/base/functions.ts';
import { invariant } from '../shared/core/base/invariant.ts';
import { acknowledge } from './acknowledge.ts';
import type { Functions } from './functions.ts';
import { nameOf } from './names.ts';

/** Requests a second to each route, over all callers. */
const THROTTLE = { rateLimit: 200, burstLimit: 400 };

/**
 * Anybody may send to a route of nodes, so it has a throttle of its own: a flood there leaves the
 * other routes alone. 3,000 nodes send 50 heartbeats a second, and all of them after an outage.
 */
const NODE_THROTTLE = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 3_000 };

const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    at: '$context.requestTime',
    route: '$context.routeKey',
    status: '$context.status',
    caller: '$context.identity.userArn',
    ip: '$context.identity.sourceIp',
    latencyMs: '$context.responseLatency',
    error: '$context.error.message',
  }),
);

export type Api = {
  readonly http: HttpApi;
  readonly log: LogGroup;
};

/** Creates the API without its routes, because the functions need its address. */
export function createApi(scope: Construct, deployment: string): Api {
  const here = new Construct(scope, 'api');
  const http = new HttpApi(here, 'http', {
    apiName: nameOf(deployment, 'api'),
    createDefaultStage: false,
  });
  const log = new LogGroup(here, 'log', {
    logGroupName: `/gpu-shopper/${nameOf(deployment, 'api')}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return { http, log };
}

type Route = (typeof routes)[RouteName];

/** Adds one route of the contract. */
function addRoute(
  http: HttpApi,
  { method, path, access }: Route,
  integration: HttpLambdaIntegration,
): readonly HttpRoute[] {
  const isSigned = ACCESS[access] === 'iam';
  const created = http.addRoutes({
    path,
    methods: [HttpMethod[method]],
    integration,
    authorizer: isSigned ? new HttpIamAuthorizer() : new HttpNoneAuthorizer(),
  });
  if (isSigned) return created;
  for (const each of created) {
    acknowledge(each, {
      'AwsSolutions-APIG4':
        'A rented instance holds no AWS credential; the function checks its lease token.',
    });
  }
  return created;
}

/** Creates the stage. API Gateway refuses settings of a route that does not exist yet. */
function createStage({ http, log }: Api, created: readonly HttpRoute[]): void {
  const stage = new HttpStage(http, 'stage', {
    httpApi: http,
    stageName: '$default',
    autoDeploy: true,
    throttle: THROTTLE,
    accessLogSettings: { destination: new LogGroupLogDestination(log), format: ACCESS_LOG },
  });
  stage.node.addDependency(...created);
  const { defaultChild } = stage.node;
  invariant(defaultChild instanceof CfnStage, 'the stage is one resource');
  const nodeRoutes = Object.values(routes).filter(({ access }) => ACCESS[access] === 'token');
  defaultChild.routeSettings = Object.fromEntries(
    nodeRoutes.map(({ method, path }) => [`${method} ${path}`, NODE_THROTTLE]),
  );
}

/** Adds every route of the contract with its function, then the stage that serves them. */
export function addRoutes(api: Api, functions: Functions): void {
  const integrations = new Map<ApiFunction, HttpLambdaIntegration>();
  const created = Object.values(routes).flatMap((route) => {
    const { handledBy } = route;
    const integration =
      integrations.get(handledBy) ?? new HttpLambdaIntegration(handledBy, functions(handledBy));
    integrations.set(handledBy, integration);
    return addRoute(api.http, route, integration);
  });
  createStage(api, created);
}

/** Where instances send their heartbeats. */
export const nodeUrlOf = ({ http }: Api): string =>
  `${http.apiEndpoint}${routes.recordNodeHeartbeat.path}`;
