// Every function's handler under the function's name: the same files that are deployed, found by
// name instead of by ARN.

import { handler as apiBilling } from '../functions/api-billing.ts';
import { handler as apiHeartbeats } from '../functions/api-heartbeats.ts';
import { handler as apiLeases } from '../functions/api-leases.ts';
import { handler as apiMenu } from '../functions/api-menu.ts';
import { handler as apiOperations } from '../functions/api-operations.ts';
import { handler as eventExecutionEnded } from '../functions/event-execution-ended.ts';
import { handler as stepChoose } from '../functions/step-choose.ts';
import { handler as stepDecide } from '../functions/step-decide.ts';
import { handler as timerBooks } from '../functions/timer-books.ts';
import { handler as timerDeadline } from '../functions/timer-deadline.ts';
import { handler as timerFreezes } from '../functions/timer-freezes.ts';
import { handler as timerReconcile } from '../functions/timer-reconcile.ts';
import { handler as timerRefresh } from '../functions/timer-refresh.ts';
import { handler as timerSweep } from '../functions/timer-sweep.ts';
import { handler as workList } from '../functions/work-list.ts';
import { handler as workProvider } from '../functions/work-provider.ts';
import type { FunctionName } from '../shared/core/base/functions.ts';

/** As Lambda calls it: with an event, and a context that no handler reads. */
export type Handler = (event: unknown, context: never) => Promise<unknown>;

export const handlers: Readonly<Record<FunctionName, Handler>> = {
  'api-menu': apiMenu,
  'api-leases': apiLeases,
  'api-heartbeats': apiHeartbeats,
  'api-billing': apiBilling,
  'api-operations': apiOperations,
  'step-choose': stepChoose,
  'step-decide': stepDecide,
  'work-provider': workProvider,
  'work-list': workList,
  'timer-deadline': timerDeadline,
  'timer-sweep': timerSweep,
  'timer-refresh': timerRefresh,
  'timer-reconcile': timerReconcile,
  'timer-books': timerBooks,
  'timer-freezes': timerFreezes,
  'event-execution-ended': eventExecutionEnded,
};
