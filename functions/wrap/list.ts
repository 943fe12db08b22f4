// A route that answers in pages: its cursors are valid for its list and its caller alone.

import type { RouteName } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import type { Cursors } from '../../shared/api/cursor.ts';
import { openCursors } from '../../shared/app/cursors.ts';
import { compose, type Factory } from '../../shared/app/runtime.ts';
import { type ConsumerRequest, consumerRequestOf } from './request.ts';
import type { Serve } from './routes.ts';

type ListRequest<Name extends RouteName> = ConsumerRequest<Name> & { readonly cursors: Cursors };

/** A list for consumers or operators, identified by IAM. */
export function list<Name extends RouteName, UseCase>(
  factory: Factory<UseCase>,
  answer: (run: UseCase, request: ListRequest<Name>) => Promise<Reply<Name>>,
): Serve<Name> {
  return async (call) => {
    const request = consumerRequestOf(call);
    const { consumer } = request.caller;
    const cursors = await compose(openCursors)({ route: call.name, consumer });
    return answer(compose(factory), { ...request, cursors });
  };
}
