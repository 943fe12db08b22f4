// What the agents did while their simulator was not running. Nothing that they sent had a reply,
// so their memory alone decides: the end of each instance is computed at its own instant.

import { type AgentMemory, afterEnd, afterNoReply, nextEndAt } from './agent.ts';

/** An agent whose instance was up, as stored in the state. */
export type StoredAgent = {
  readonly env: Readonly<Record<string, string>>;
  readonly memory: AgentMemory;
  readonly remember: (memory: AgentMemory) => void;
  readonly isUp: (instant: number) => boolean;
  /** The destroy call of the agent at a past instant. */
  readonly end: (instant: number) => Promise<void>;
};

/** The agent whose destroy call is due first, and its instant; none after `until`. */
function firstDue(agents: readonly StoredAgent[], until: number) {
  return agents
    .map((agent) => ({ agent, at: nextEndAt(agent.env, agent.memory) }))
    .filter(({ agent, at }) => at <= until && agent.isUp(at))
    .reduce<{ agent: StoredAgent; at: number } | null>(
      (first, each) => (first === null || each.at < first.at ? each : first),
      null,
    );
}

/** Computes everything that the agents did until the instant, oldest first. */
export async function catchUp(agents: () => readonly StoredAgent[], until: number): Promise<void> {
  for (let due = firstDue(agents(), until); due !== null; due = firstDue(agents(), until)) {
    const { agent, at } = due;
    agent.remember(afterEnd(agent.env, agent.memory, at));
    await agent.end(at);
  }
  for (const { env, memory, remember } of agents()) remember(afterNoReply(env, memory, until));
}
