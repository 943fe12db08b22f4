// A route for rented instances, known by their lease token.

import type { RouteName } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { bearerOf } from '../../shared/api/http.ts';
import { leaseTokenReader } from '../../shared/app/lease.ts';
import { counter } from '../../shared/app/parts.ts';
import { compose, type Factory } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type ApiRequest, type RouteCall, requestOf } from './request.ts';
import type { Serve } from './routes.ts';

type NodeRequest<Name extends RouteName> = ApiRequest<Name> & {
  readonly leaseId: LeaseId;
  readonly attempt: number;
};

async function nodeRequestOf<Name extends RouteName>(
  call: RouteCall<Name>,
): Promise<NodeRequest<Name>> {
  const claims = await compose(leaseTokenReader)(bearerOf(call.event));
  if (claims === null) throw new Failure('Forbidden', 'the lease token is not valid');
  return { ...requestOf(call), ...claims };
}

/** Heartbeats that don't even reach a use case are counted, too. */
function countRefused(error: unknown): void {
  if (!(error instanceof Failure)) return;
  const count = compose(counter);
  if (error.name === 'BadRequest') count('heartbeat-malformed');
  if (error.name === 'Forbidden') count('heartbeat-foreign');
}

/** A route whose caller shows a lease token. */
export function node<Name extends RouteName, UseCase>(
  factory: Factory<UseCase>,
  answer: (run: UseCase, request: NodeRequest<Name>) => Promise<Reply<Name>>,
): Serve<Name> {
  return async (call) => {
    try {
      return await answer(compose(factory), await nodeRequestOf(call));
    } catch (error) {
      countRefused(error);
      throw error;
    }
  };
}
