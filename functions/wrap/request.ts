// From an event of API Gateway to what a route is given: who calls, and every part of the request
// parsed by the contract.

import type * as z from 'zod/mini';
import type { RouteName, Routes } from '../../shared/api/contract/contract.ts';
import { bodyText, consumerOf, type HttpEvent, queryOf } from '../../shared/api/http.ts';
import { parse } from '../../shared/api/parse.ts';
import { currentRuntime } from '../../shared/app/runtime.ts';
import { type Caller, mustBeOperator } from '../../shared/core/base/caller.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import type { EpochMs } from '../../shared/core/base/time.ts';

/** One call of a route. */
export type RouteCall<Name extends RouteName> = {
  readonly name: Name;
  readonly route: Routes[Name];
  readonly event: HttpEvent;
};

type Parsed<Name extends RouteName, Part extends 'params' | 'query' | 'body'> = z.infer<
  Routes[Name][Part]
>;

/** A parsed request: every part by the route's schemas. */
export type ApiRequest<Name extends RouteName> = {
  readonly params: Parsed<Name, 'params'>;
  readonly query: Parsed<Name, 'query'>;
  readonly body: Parsed<Name, 'body'>;
  readonly headers: HttpEvent['headers'];
  readonly now: EpochMs;
};
/** The same, with who calls. */
export type ConsumerRequest<Name extends RouteName> = ApiRequest<Name> & {
  readonly caller: Caller;
};

function jsonOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('BadRequest', 'body: must be JSON', { field: 'body', cause });
  }
}

/** Parses a request. Throws BadRequest. */
export function requestOf<Name extends RouteName>({
  route,
  event,
}: RouteCall<Name>): ApiRequest<Name> {
  return {
    params: parse(route.params, event.pathParameters),
    query: parse(route.query, queryOf(event)),
    body: parse(route.body, jsonOf(bodyText(event)), 'body'),
    headers: event.headers,
    now: currentRuntime().clock.now(),
  } as ApiRequest<Name>;
}

/** With who calls, as AWS states it. Throws Forbidden when the route is not open to the caller. */
export function consumerRequestOf<Name extends RouteName>(
  call: RouteCall<Name>,
): ConsumerRequest<Name> {
  const consumer = consumerOf(call.event);
  const caller = { consumer, operator: currentRuntime().config.operators.includes(consumer) };
  const request = { ...requestOf(call), caller };
  if (call.route.access === 'operator') mustBeOperator(caller);
  return request;
}
