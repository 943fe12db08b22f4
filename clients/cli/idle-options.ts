// The flags of `lease` that say what is idle. A lease that says nothing of it is never looked at,
// so half a wish is refused here: it would look like a promise.

import { type Command, Option } from 'commander';
import type { Body } from '../client/replies.ts';
import { usage } from './exit-codes.ts';
import { numberOf } from './options.ts';

type Idle = NonNullable<Body<'requestLease'>['idle']>;

export type IdleOptions = {
  readonly idleMinutes?: string;
  readonly idleAction?: Idle['action'];
  readonly idleGpu?: string;
  readonly idleNetwork?: string;
  readonly idleApp?: true;
};

export function addIdleOptions(command: Command): Command {
  return command
    .option('--idle-minutes <number>', 'it is idle when all signals named are quiet for so long')
    .addOption(
      new Option('--idle-action <action>', 'what then: a warning, or its end').choices([
        'warn',
        'end',
      ]),
    )
    .option('--idle-gpu <percent>', 'a signal: its GPUs are used less than that')
    .option('--idle-network <kbps>', 'a signal: its network carries less than that')
    .option('--idle-app', 'a signal: its application says that it is not busy');
}

/** What is idle; undefined when no flag speaks of it. Ends the command on usage. */
export function idleOf(options: IdleOptions): Idle | undefined {
  const { idleMinutes, idleAction: action, idleGpu, idleNetwork, idleApp: app } = options;
  const signals = [idleGpu, idleNetwork, app].filter((signal) => signal !== undefined);
  const [windowMinutes, gpuPercentBelow, networkKbpsBelow] = [
    numberOf('--idle-minutes', idleMinutes),
    numberOf('--idle-gpu', idleGpu),
    numberOf('--idle-network', idleNetwork),
  ];
  if (signals.length === 0 && windowMinutes === undefined && action === undefined) return undefined;
  if (windowMinutes === undefined || action === undefined || signals.length === 0) {
    return usage(
      'to look for idleness, give --idle-minutes, --idle-action and at least one of ' +
        '--idle-gpu, --idle-network and --idle-app',
    );
  }
  return { windowMinutes, action, gpuPercentBelow, networkKbpsBelow, app };
}
