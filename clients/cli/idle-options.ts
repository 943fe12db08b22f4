// The flags of `lease` that define idleness. The service checks idleness only when all parts are
// given, so an incomplete set of flags is refused here.

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
    .option(
      '--idle-minutes <number>',
      'the lease is idle when all given signals are quiet for this long',
    )
    .addOption(
      new Option('--idle-action <action>', 'what the service does when the lease is idle').choices([
        'warn',
        'end',
      ]),
    )
    .option('--idle-gpu <percent>', 'signal: GPU utilization is below this')
    .option('--idle-network <kbps>', 'signal: network traffic is below this')
    .option('--idle-app', 'signal: the application reports that it is not busy');
}

/** The definition of idleness; undefined without any of its flags. Ends the command on usage. */
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
      'idleness needs --idle-minutes, --idle-action and at least one of ' +
        '--idle-gpu, --idle-network and --idle-app',
    );
  }
  return { windowMinutes, action, gpuPercentBelow, networkKbpsBelow, app };
}
