// The failures that tests inject into the calls of a local queue and into its deliveries.

import { Failure } from '../../shared/core/base/failure.ts';
import { awsPolicy } from '../../shared/core/base/policy/aws.ts';
import { times } from '../../shared/core/base/time.ts';
import type { EngineClock } from '../workflow/clock.ts';

const CALLS = {
  send: 'send a message',
  changeVisibility: 'change the visibility of a message',
  delete: 'delete a message',
} as const;
type QueueCall = keyof typeof CALLS;

type QueueFault = (
  | {
      readonly of: QueueCall;
      /** `timeout-after`: the call takes effect, and its reply is lost. */
      readonly fails: 'throttle' | 'timeout-before' | 'timeout-after';
    }
  /** The message is accepted and never delivered. */
  | { readonly of: 'send'; readonly fails: 'lose' }
  /** The function is called twice at once, or when one second of the visibility is left. */
  | { readonly of: 'delivery'; readonly fails: 'twice' | 'late' }
) & {
  /** How many times it fails, `Infinity` for always; once by default. */
  readonly times?: number;
};

export type QueueFaults = {
  /** Makes the next calls or deliveries fail. Faults of one kind apply in order. */
  add(fault: QueueFault): void;
  clear(): void;
  /** The fault of this call or delivery, which is then used up. */
  take(of: QueueFault['of']): QueueFault['fails'] | null;
};

/** No faults. */
export function createQueueFaults(): QueueFaults {
  const pending: { readonly fault: QueueFault; left: number }[] = [];
  return {
    add: (fault) => void pending.push({ fault, left: fault.times ?? 1 }),
    clear(): void {
      pending.length = 0;
    },
    take(of) {
      const found = pending.find(({ fault, left }) => left > 0 && fault.of === of);
      if (found === undefined) return null;
      found.left -= 1;
      return found.fault.fails;
    },
  };
}

const failed = (call: QueueCall, reason: string): Failure =>
  new Failure('ProviderDown', `SQS failed to ${CALLS[call]}: ${reason}: an injected error`);

/** How long the SDK waits for replies, in real time. */
const CALL_TIMEOUT = times(awsPolicy.aws.requestTimeout, awsPolicy.aws.maxAttempts);

/** Carries out the calls of a queue with their faults. */
export function createFaultyCalls(clock: EngineClock, faults: QueueFaults) {
  let hanging = 0;
  const hang = async (): Promise<void> => {
    hanging += 1;
    await new Promise<void>((go) => void clock.afterReal(CALL_TIMEOUT, go));
    hanging -= 1;
  };
  return {
    /** The number of calls that only wait for their timeout, until the clock moves. */
    hanging: () => hanging,
    async run<Result>(call: QueueCall, effect: (isLost: boolean) => Result): Promise<Result> {
      const fault = faults.take(call);
      if (fault === 'throttle') throw failed(call, 'RequestThrottled');
      if (fault === 'timeout-before' || fault === 'timeout-after') {
        if (fault === 'timeout-after') effect(false);
        await hang();
        throw failed(call, 'TimeoutError');
      }
      return effect(fault === 'lose');
    },
  };
}
