// The three wrappers every handler is made with, and the only place that knows middy. They parse
// what enters, log one line for each call, and turn outcomes and failures into what the caller of
// the function understands. Handlers themselves never catch.

import middy, { type MiddlewareObj } from '@middy/core';
import type * as z from 'zod/mini';
import { type RouteName, type Routes, routes } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import type { Cursors } from '../../shared/api/cursor.ts';
import {
  bearerOf,
  bodyText,
  consumerOf,
  HttpEvent,
  type HttpReply,
  queryOf,
  reply,
} from '../../shared/api/http.ts';
import { parse } from '../../shared/api/parse.ts';
import { problem } from '../../shared/api/problem.ts';
import { openCursors } from '../../shared/app/cursors.ts';
import { leaseTokenReader } from '../../shared/app/lease.ts';
import { compose, currentRuntime, type Factory } from '../../shared/app/runtime.ts';
import { type Caller, mustBeOperator } from '../../shared/core/base/caller.ts';
import { Failure, type FailureName, OUTCOME_NAMES } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import type { EpochMs } from '../../shared/core/base/time.ts';
import type { StepOutcome } from '../../shared/core/lease/step.ts';

type Run<Input, Output> = (input: Input) => Promise<Output>;

/** One line for each call that failed; an allow-list of fields, so that no secret gets in. */
const watch = (kind: string): MiddlewareObj<unknown, unknown, Error> => ({
  onError: ({ error, event }) => {
    const leaseId = (event as { leaseId?: unknown } | null)?.leaseId;
    const id = typeof leaseId === 'string' ? leaseId : undefined;
    currentRuntime().log({ kind, error: error?.name ?? 'Error', message: error?.message, id });
  },
});

/**
 * A step of the workflow. Its ordinary outcome is returned; any other is thrown under the name the
 * state machine routes on.
 */
export function step<Input, Output>(
  schema: z.ZodMiniType<Input>,
  factory: Factory<Run<Input, StepOutcome<Output>>>,
) {
  return middy<unknown, Output>()
    .use(watch('step'))
    .handler(async (event) => {
      const outcome = await compose(factory)(parse(schema, event));
      if (outcome.kind === 'done') return outcome.output;
      const { kind, reason } = outcome;
      throw new Failure(OUTCOME_NAMES[kind] satisfies FailureName, reason);
    });
}

const told =
  (kind: string) =>
  <Input, Output>(schema: z.ZodMiniType<Input>, factory: Factory<Run<Input, Output>>) =>
    middy<unknown, Output>()
      .use(watch(kind))
      .handler((input) => compose(factory)(parse(schema, input)));

/** The target of a schedule. */
export const timer = told('timer');

/** The target of a rule: what other services tell of themselves. */
export const event = told('event');

type Parsed<Name extends RouteName, Part extends 'params' | 'query' | 'body'> = z.infer<
  Routes[Name][Part]
>;

/** A parsed request: who calls, and every part by the route's schemas. */
export type ApiRequest<Name extends RouteName> = {
  readonly params: Parsed<Name, 'params'>;
  readonly query: Parsed<Name, 'query'>;
  readonly body: Parsed<Name, 'body'>;
  readonly headers: HttpEvent['headers'];
  readonly now: EpochMs;
};
export type ConsumerRequest<Name extends RouteName> = ApiRequest<Name> & {
  readonly caller: Caller;
};
export type ListRequest<Name extends RouteName> = ConsumerRequest<Name> & {
  readonly cursors: Cursors;
};
export type NodeRequest<Name extends RouteName> = ApiRequest<Name> & {
  readonly leaseId: LeaseId;
  readonly attempt: number;
};

function jsonOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('BadRequest', 'body: must be JSON', { field: 'body', cause });
  }
}

function requestOf<Name extends RouteName>(name: Name, event: HttpEvent): ApiRequest<Name> {
  const route: Routes[Name] = routes[name];
  return {
    params: parse(route.params, event.pathParameters),
    query: parse(route.query, queryOf(event)),
    body: parse(route.body, jsonOf(bodyText(event)), 'body'),
    headers: event.headers,
    now: currentRuntime().clock.now(),
  } as ApiRequest<Name>;
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

function answering<Name extends RouteName>(
  name: Name,
  answer: (event: HttpEvent) => Promise<Reply<Name>>,
) {
  return middy<unknown, HttpReply>()
    .use(watch(name))
    .use(problems())
    .handler(async (event) => reply(routes[name].status, await answer(parse(HttpEvent, event))));
}

/** With who calls, as AWS states it. Throws Forbidden when the route is not open to the caller. */
function consumerRequestOf<Name extends RouteName>(
  name: Name,
  event: HttpEvent,
): ConsumerRequest<Name> {
  const consumer = consumerOf(event);
  const caller = { consumer, operator: currentRuntime().config.operators.includes(consumer) };
  const request = { ...requestOf(name, event), caller };
  if (routes[name].access === 'operator') mustBeOperator(caller);
  return request;
}

/** A route for consumers or operators, identified by IAM. */
export function api<Name extends RouteName, UseCase>(
  name: Name,
  factory: Factory<UseCase>,
  answer: (run: UseCase, request: ConsumerRequest<Name>) => Promise<Reply<Name>>,
) {
  return answering(name, async (event) => answer(compose(factory), consumerRequestOf(name, event)));
}

/** The same for a route that answers in pages: its cursors are valid for this caller alone. */
export function list<Name extends RouteName, UseCase>(
  name: Name,
  factory: Factory<UseCase>,
  answer: (run: UseCase, request: ListRequest<Name>) => Promise<Reply<Name>>,
) {
  return answering(name, async (event) => {
    const request = consumerRequestOf(name, event);
    const { consumer } = request.caller;
    const cursors = await compose(openCursors)({ route: name, consumer });
    return answer(compose(factory), { ...request, cursors });
  });
}

/** Heartbeats that don't even reach a use case are counted, too. */
const countRefused = (): MiddlewareObj<unknown, HttpReply, Error> => ({
  onError: ({ error }) => {
    if (!(error instanceof Failure)) return;
    if (error.name === 'BadRequest') currentRuntime().count('heartbeat-malformed');
    if (error.name === 'Forbidden') currentRuntime().count('heartbeat-foreign');
  },
});

/** A route for rented instances, known by their lease token. */
export function node<Name extends RouteName, UseCase>(
  name: Name,
  factory: Factory<UseCase>,
  answer: (run: UseCase, request: NodeRequest<Name>) => Promise<Reply<Name>>,
) {
  const answered = answering(name, async (event) => {
    const claims = await compose(leaseTokenReader)(bearerOf(event));
    if (claims === null) throw new Failure('Forbidden', 'the lease token is not valid');
    return answer(compose(factory), { ...requestOf(name, event), ...claims });
  });
  return answered.use(countRefused());
}
