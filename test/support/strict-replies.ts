// Parses every API reply in tests strictly with its route's schema: an unknown field, a missing
// field or a wrong value fails the test. All worlds and fronts of tests use this file.

import * as z from 'zod/mini';
import type { Around } from '../../local/calls.ts';
import { type RouteName, routes } from '../../shared/api/contract/contract.ts';
import { ProblemReply } from '../../shared/api/contract/replies/problem.ts';
import { replies } from '../../shared/api/contract/replies/replies.ts';

const HandlerReply = z.object({ statusCode: z.int(), body: z.string() });

const isRoute = (name: string): name is RouteName => name in routes;

/** How the reply breaks the contract of its route. */
export function faultsOf(name: RouteName, status: number, body: unknown): readonly string[] {
  const expected = status < 300 ? replies[name] : ProblemReply;
  const { error } = expected.safeParse(body);
  const faults = (error?.issues ?? []).map(
    (issue) => `${name}: ${issue.path.join('.')}: ${JSON.stringify(issue)}`,
  );
  const { status: promised } = routes[name];
  if (status < 300 && status !== promised) faults.push(`${name}: ${status}, not ${promised}`);
  return faults;
}

/** Throws when the reply breaks the contract, also when the caller ignores errors. */
export function checkReply(name: RouteName, status: number, body: unknown): void {
  const faults = faultsOf(name, status, body);
  if (faults.length === 0) return;
  const error = new Error(`a reply breaks the contract: ${faults.join('; ')}`);
  queueMicrotask(() => {
    throw error;
  });
  throw error;
}

/** Wraps `around`: the reply of each route is checked before `around` receives it. */
export const strictly =
  (around: Around = (_call, run) => run()): Around =>
  (call, run) =>
    around(call, async () => {
      const answer = await run();
      // Steps and timers share names with routes, but return no HTTP reply.
      const reply = HandlerReply.safeParse(answer);
      if (reply.success && isRoute(call.name)) {
        checkReply(call.name, reply.data.statusCode, JSON.parse(reply.data.body));
      }
      return answer;
    });
