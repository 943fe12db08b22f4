// The functions of the HTTP API: each serves several routes of the contract, found by the route key
// that API Gateway sends. Failures become problem documents.

import middy, { type MiddlewareObj } from '@middy/core';
import * as z from 'zod/mini';
import type { RouteName, Routes } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { HttpEvent, type HttpReply, reply } from '../../shared/api/http.ts';
import { parse } from '../../shared/api/parse.ts';
import { problem } from '../../shared/api/problem.ts';
import { compose, type Factory } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import { invariant } from '../../shared/core/base/invariant.ts';
import { type ConsumerRequest, consumerRequestOf, type RouteCall } from './request.ts';
import { watch } from './watch.ts';

/** What a route answers to one call. */
export type Serve<Name extends RouteName> = (call: RouteCall<Name>) => Promise<Reply<Name>>;

/** A route for consumers or operators, identified by IAM. */
export function api<Name extends RouteName, UseCase>(
  factory: Factory<UseCase>,
  answer: (run: UseCase, request: ConsumerRequest<Name>) => Promise<Reply<Name>>,
): Serve<Name> {
  return async (call) => answer(compose(factory), consumerRequestOf(call));
}

/** Failures become problem documents; bugs are left to reach Lambda and its alarm. */
const problems = (): MiddlewareObj<unknown, HttpReply, Error> => ({
  onError: (request) => {
    if (!(request.error instanceof Failure)) return;
    const event = HttpEvent.safeParse(request.event);
    const id = event.success ? event.data.requestContext.requestId : 'unknown';
    request.response = problem(request.error, id);
  },
});

type Served = {
  readonly name: RouteName;
  readonly answer: (event: HttpEvent) => Promise<HttpReply>;
};

function served<Name extends RouteName>(
  name: Name,
  route: Routes[Name],
  serve: Serve<Name>,
): Served {
  return {
    name,
    answer: async (event) => reply(route.status, await serve({ name, route, event })),
  };
}

const RouteKey = z.object({ routeKey: z.string() });

/** The function that serves all routes of `table` and no others. */
export function routes<Name extends RouteName>(
  table: Pick<Routes, Name>,
  serves: { readonly [Each in Name]: Serve<Each> },
) {
  const byKey = new Map<string, Served>();
  for (const name of Object.keys(table) as Name[]) {
    const { method, path } = table[name];
    byKey.set(`${method} ${path}`, served(name, table[name], serves[name]));
  }
  const find = (event: unknown): Served | undefined =>
    byKey.get(RouteKey.safeParse(event).data?.routeKey ?? '');
  return middy<unknown, HttpReply>()
    .use(watch((event) => find(event)?.name ?? 'api'))
    .use(problems())
    .handler((event) => {
      const found = find(event);
      invariant(found !== undefined, 'API Gateway sends only routes of its function');
      return found.answer(parse(HttpEvent, event));
    });
}
