// The HTTP API: every route of the contract and no other. Consumers are known by IAM; the routes of
// rented instances carry a lease token, which their function checks before anything else.

import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ACCESS, routes } from '../shared/api/contract/contract.ts';
import { acknowledge } from './acknowledge.ts';
import type { Functions } from './functions.ts';
import { nameOf } from './names.ts';

/** Requests a second over all callers: 3,000 leases heartbeat 50 times a second. */
const THROTTLE = { rateLimit: 200, burstLimit: 400 };

const LOGGED = AccessLogFormat.custom(
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

/** Makes the API without its routes: functions must be told its address. */
export function createApi(scope: Construct, deployment: string): HttpApi {
  const here = new Construct(scope, 'api');
  const api = new HttpApi(here, 'http', {
    apiName: nameOf(deployment, 'api'),
    createDefaultStage: false,
  });
  const log = new LogGroup(here, 'log', {
    logGroupName: `/gpu-shopper/${nameOf(deployment, 'api')}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new HttpStage(here, 'stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: THROTTLE,
    accessLogSettings: { destination: new LogGroupLogDestination(log), format: LOGGED },
  });
  return api;
}

/** Adds every route of the contract, each with its own function. */
export function addRoutes(api: HttpApi, functions: Functions): void {
  const authorizers = { iam: new HttpIamAuthorizer(), token: new HttpNoneAuthorizer() };
  for (const [name, { method, path, access }] of Object.entries(routes)) {
    const made = api.addRoutes({
      path,
      methods: [HttpMethod[method]],
      integration: new HttpLambdaIntegration(name, functions(name)),
      authorizer: authorizers[ACCESS[access]],
    });
    if (ACCESS[access] === 'iam') continue;
    for (const route of made) {
      acknowledge(route, {
        'AwsSolutions-APIG4':
          'No AWS credential reaches a rented instance; its function checks the lease token.',
      });
    }
  }
}

/** Where instances send their heartbeats. */
export const nodeUrlOf = (api: HttpApi): string =>
  `${api.apiEndpoint}${routes.recordNodeHeartbeat.path}`;
