// What API Gateway does for a handler: makes the v2 event of a request and reads the reply. Who
// calls is decided before, by whoever checked the signature.

import { type RouteName, routes } from '../shared/api/contract.ts';

/** A request as a caller would make it. */
export type GatewayRequest = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The caller's IAM identity, for routes of consumers. */
  readonly userArn?: string;
};

export type GatewayReply = { readonly status: number; readonly body: unknown };

/** The event API Gateway would hand to the route's function. */
export function gatewayEvent(name: RouteName, request: GatewayRequest, requestId: string) {
  const { method, path } = routes[name];
  const { params = {}, query = {}, headers = {}, body, userArn } = request;
  const rawPath = path.replace(/\{(\w+)\}/g, (_, field: string) => params[field] ?? '');
  const accountId = userArn?.split(':')[4] ?? '';
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath,
    rawQueryString: new URLSearchParams(query).toString(),
    headers,
    pathParameters: params,
    queryStringParameters: query,
    requestContext: {
      requestId,
      http: { method, path: rawPath },
      ...(userArn !== undefined && { authorizer: { iam: { accountId, userArn } } }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** The reply of a handler as the caller gets it. */
export function gatewayReply(reply: { statusCode: number; body: string }): GatewayReply {
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}
