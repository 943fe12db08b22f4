// A world in which each of the four nets can be turned off: its calls are rejected or never return,
// so that the other nets can't rely on it. The market refuses the key of an instance that must not
// end itself.

import type { WorldOptions } from '../../../local/demo/world.ts';
import { policy } from '../../../shared/core/base/policy/policy.ts';
import { type DurationMs, minutes, seconds, total } from '../../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from './lease.ts';
import { isStep, type Meddle } from './virtual-time.ts';

export const NETS = ['workflow', 'schedule', 'sweep', 'instance'] as const;
export type Net = (typeof NETS)[number];

/**
 * The bounds of `docs/invariants.md`, each from the moment that its row names. Virtual time does
 * not move during a call, so the duration of calls is not included.
 */
export const BOUNDS = {
  /** A wait is a whole number of seconds, at least two. */
  workflow: seconds(2),
  schedule: policy.deadline.grace,
  sweep: total(policy.sweep.overdueAfter, policy.sweep.every),
  'sweep, unrecorded': total(policy.sweep.idleEvery, policy.sweep.every),
  'sweep, stuck ending': total(policy.step.teardownPause, policy.step.due, policy.sweep.every),
  instance: total(policy.node.grace, policy.heartbeat.every),
  'instance, without a further reply': total(
    policy.node.maxOutage,
    policy.node.grace,
    policy.heartbeat.every,
  ),
  'instance, without any reply': total(
    policy.node.minNoContact,
    policy.node.grace,
    policy.heartbeat.every,
  ),
} as const satisfies Record<string, DurationMs>;

/** How the workflow is off: its steps never return, or the engine rejects every call. */
export type Gone = 'hanging' | 'refusing';

/** The service's net that a call belongs to; null for other calls, such as routes. */
function netOf(name: string): Net | null {
  if (isStep(name) || name === 'event-execution-ended') return 'workflow';
  if (name === 'timer-deadline') return 'schedule';
  return name === 'timer-sweep' ? 'sweep' : null;
}

export type NetsWorld = LeaseWorld & {
  /** From now on only this net works. */
  only(net: Net): void;
  /** From now on all nets work. */
  mend(): void;
  /** From now on heartbeats of instances are lost. */
  deafen(): void;
};

export async function netsWorld(
  gone: Gone = 'hanging',
  options: Partial<WorldOptions> = {},
): Promise<NetsWorld> {
  let alone: Net | null = null;
  let deaf = false;
  const isOff = (net: Net | null): boolean => alone !== null && net !== null && net !== alone;
  const meddle: Meddle = (call, run) => {
    const net = netOf(call.name);
    if (deaf && call.name === 'recordNodeHeartbeat') return Promise.reject(new Error('lost'));
    if (!isOff(net)) return run();
    const hangs = net === 'workflow' && gone === 'hanging';
    return hangs ? Promise.resolve('hang') : Promise.reject(new Error(`no ${net}`));
  };
  const world = await leaseWorld({
    meddle,
    sweepEvery: minutes(1),
    onWorkflowCall: (call) => {
      if (isOff('workflow') && gone === 'refusing') throw new Error(`no ${call}`);
    },
    ...options,
  });
  return {
    ...world,
    only: (net) => {
      alone = net;
      if (net !== 'instance') world.market.addFault({ name: 'refuse-own-key' });
    },
    mend: () => {
      alone = null;
      deaf = false;
      world.market.clearFaults();
    },
    deafen: () => {
      deaf = true;
    },
  };
}
