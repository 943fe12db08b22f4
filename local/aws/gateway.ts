// What API Gateway does for a handler: finds the route, makes the v2 event of a request and reads
// the reply. Who calls is decided before, by whoever checked the signature.

import { type RouteName, routes } from '../../shared/api/contract/contract.ts';

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

/** A request as it came over HTTP, with the route it was found to mean. */
export type RoutedRequest = {
  readonly route: RouteName;
  readonly params: Readonly<Record<string, string>>;
  readonly path: string;
  readonly query: string;
  /** By lower-case name; several values are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly userArn?: string;
};

export type RouteMatch =
  | {
      readonly kind: 'found';
      readonly route: RouteName;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

const ROUTES = Object.keys(routes) as RouteName[];

/** The values of a template's fields, still encoded; null when the path is another one. */
function fieldsOf(template: string, path: string): Record<string, string> | null {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const fields: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    const field = /^\{(\w+)\}$/.exec(part)?.[1];
    if (field === undefined ? part !== value : value === '') return null;
    if (field !== undefined) fields[field] = value;
  }
  return fields;
}

/** Finds the route of a method and a path as sent, by the templates of the contract alone. */
export function matchRoute(method: string, path: string): RouteMatch {
  const fitting = ROUTES.flatMap((route) => {
    const params = fieldsOf(routes[route].path, path);
    return params === null ? [] : [{ route, params }];
  });
  const found = fitting.find(({ route }) => routes[route].method === method);
  if (found !== undefined) return { kind: 'found', ...found };
  if (fitting.length === 0) return { kind: 'unknown' };
  return { kind: 'wrong-method', allowed: fitting.map(({ route }) => routes[route].method) };
}

/** Other bodies reach a function in base64 (API Gateway's HTTP APIs, 2026). */
const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript)\b)/i;

/** Repeated names are joined by commas. */
function queryOf(query: string): Record<string, string> {
  const all = new URLSearchParams(query);
  return Object.fromEntries([...all.keys()].map((name) => [name, all.getAll(name).join(',')]));
}

/** The event API Gateway would hand to the route's function. */
export function eventOf(request: RoutedRequest, requestId: string) {
  const { route, params, path, query, headers, body, userArn } = request;
  const { method, path: template } = routes[route];
  const isText = TEXT.test(headers['content-type'] ?? '');
  const accountId = userArn?.split(':')[4] ?? '';
  return {
    version: '2.0',
    routeKey: `${method} ${template}`,
    rawPath: path,
    rawQueryString: query,
    headers,
    // What is empty is left out.
    ...(Object.keys(params).length > 0 && { pathParameters: params }),
    ...(query !== '' && { queryStringParameters: queryOf(query) }),
    requestContext: {
      requestId,
      stage: '$default',
      http: { method, path },
      ...(userArn !== undefined && { authorizer: { iam: { accountId, userArn } } }),
    },
    ...(body.length > 0 && { body: Buffer.from(body).toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** The same for a request that never was on a wire. */
export function gatewayEvent(route: RouteName, request: GatewayRequest, requestId: string) {
  const { params = {}, query = {}, headers = {}, body, userArn } = request;
  const path = routes[route].path.replace(/\{(\w+)\}/g, (_, field: string) => params[field] ?? '');
  const routed: RoutedRequest = {
    route,
    params,
    path,
    query: new URLSearchParams(query).toString(),
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    ...(userArn !== undefined && { userArn }),
  };
  return eventOf(routed, requestId);
}

/** The reply of a handler as the caller gets it. */
export function gatewayReply(reply: { statusCode: number; body: string }): GatewayReply {
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}
