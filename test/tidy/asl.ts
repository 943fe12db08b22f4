// A state machine as a graph: which state may follow which. It reads only the fields that the rules
// need.

import * as z from 'zod/mini';

const Retrier = z.object({
  ErrorEquals: z.array(z.string()),
  MaxAttempts: z.optional(z.number()),
});
const Catcher = z.object({ ErrorEquals: z.array(z.string()), Next: z.string() });

const State = z.object({
  Type: z.string(),
  Resource: z._default(z.string(), ''),
  QueryLanguage: z.optional(z.string()),
  Next: z.optional(z.string()),
  TimeoutSeconds: z.optional(z.number()),
  TimeoutSecondsPath: z.optional(z.string()),
  Retry: z._default(z.array(Retrier), []),
  Catch: z._default(z.array(Catcher), []),
});
type State = z.infer<typeof State>;

export const Machine = z.object({
  QueryLanguage: z.optional(z.string()),
  StartAt: z.string(),
  States: z.record(z.string(), State),
});
export type Machine = z.infer<typeof Machine>;

export type Named = State & { readonly name: string };

/** Every state with its name, in the order of the file. */
export const statesOf = (machine: Machine): readonly Named[] =>
  Object.entries(machine.States).map(([name, state]) => ({ ...state, name }));

/** The names of all states on any way from `from`, itself included; `upTo` is not entered. */
export function reachable(machine: Machine, from: string, upTo?: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const next = [from];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    const state = machine.States[name];
    if (state === undefined || name === upTo || reached.has(name)) continue;
    reached.add(name);
    if (state.Next !== undefined) next.push(state.Next);
    next.push(...state.Catch.map(({ Next }) => Next));
  }
  return reached;
}

/** The next state of the last catcher, when that catches `States.ALL`. */
export function lastResort({ Catch }: State): string | undefined {
  const last = Catch.at(-1);
  return last?.ErrorEquals.includes('States.ALL') ? last.Next : undefined;
}
