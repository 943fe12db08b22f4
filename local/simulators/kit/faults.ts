// The faults that every simulator supports. This file decides which calls a fault applies to; the
// routes implement its effect. Nothing here may change an instance.

import * as z from 'zod/mini';

const operations = [
  ...(['search', 'create', 'get', 'list', 'destroy', 'change'] as const),
  ...(['attach-key', 'list-keys', 'detach-key', 'account-keys', 'balance', 'charges'] as const),
] as const;

export type Operation = (typeof operations)[number];

const effects = ['create', 'destroy', 'change', 'attach-key', 'detach-key'] as const;

/** The operations whose responses contain labels. */
const labelled = ['get', 'list', 'charges'] as const;

/** Each fault with the operations it applies to by default; null means every operation. */
const targets = {
  /** Create responds that the offer is gone; nothing is created. */
  refuse: ['create'],
  /** The response is 429; the call has no effect. */
  'rate-limit': null,
  /** The response is 500 or a gateway's 502; the call has no effect. */
  'fail-before-effect': null,
  /** The call takes effect, then the connection is cut. */
  'drop-after-effect': effects,
  /** The call takes effect, then the response is 500. */
  'error-after-effect': effects,
  /** The call takes effect; the response is `forMs` of real time late. */
  slow: null,
  /** The response is 404, for an unknown key. */
  'bad-key': null,
  /** An instance's own key is refused with 403, so that it can't destroy itself. */
  'refuse-own-key': null,
  /** A later page of a list responds 500; with an instance id, the page with that instance. */
  'partial-page': ['list'],
  /** Lists omit instances younger than `forMs`; with an instance id, only that instance. */
  'stale-list': ['list'],
  /** Destroy responds 500 and 429 in turn; the call has no effect. */
  'refuse-destroy': ['destroy'],
  /** Destroy responds 200, but the instance runs and is billed for another `forMs`. */
  zombie: ['destroy'],
  /** The instance disappears `forMs` after it was ready; nothing reports it. */
  vanish: ['create'],
  /** The provider stops the instance `forMs` after it was ready. */
  interrupt: ['create'],
  /** The instance costs 1.5 times its offer's price. */
  'price-rise': ['create'],
  /** The instance never leaves the status loading. */
  'never-boots': ['create'],
  /** The instance never boots: the host's container daemon fails, and the status says so. */
  'boot-failure': ['create'],
  /** The instance never boots: the registry does not have its image, and the status says so. */
  'bad-image': ['create'],
  /** The instance has another GPU than its offer. */
  'wrong-gpu': ['create'],
  /** Reads and lists show no address of an instance; `variant` 1: another one. */
  'no-address': ['get', 'list'],
  /**
   * The key is one of another account, which sees and creates only its own instances. With
   * `variant` 1 both accounts are of one team, and the other one reports the same id and credit.
   */
  'other-account': null,
  /** The response is 200 with an empty list, whose total is 0. */
  'empty-list': ['list'],
  /** A list does not report its total. */
  'missing-total': ['list', 'charges'],
  /** Labels are shown as another text; `variant` 1: in capitals, 2: null. */
  'rewritten-label': labelled,
  /** Labels are shown without their last 10 characters; `variant` 1: without the last 30. */
  'cut-label': labelled,
  /** Create responds with the number of another instance; its own number is never reported. */
  'wrong-id': ['create'],
  /**
   * The new instance gets the number of the instance that ended last. With an instance id, that
   * instance ends immediately and its number belongs to an instance of someone else.
   */
  'reused-id': ['create'],
  /** An error that quotes the caller's key, in a different form per `variant`; no effect. */
  'quoted-key': null,
  /** One row has a field that clients can't read; with an instance id, the row of that instance. */
  'odd-row': ['search', 'get', 'list', 'charges'],
  /** Destroy responds 404 for an instance younger than `forMs`; the call has no effect. */
  'young-404': ['destroy'],
  /** The response is 429 with a `Retry-After` that makes no sense; the call has no effect. */
  'absurd-retry-after': null,
} as const satisfies Record<string, readonly Operation[] | null>;

export type FaultName = keyof typeof targets;

export const faultNames: readonly FaultName[] = Object.keys(targets).filter(isFaultName);

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(targets, name);
}

/** Faults of an instance's life. With an `instanceId` they take effect immediately. */
export const lifeFaults = [
  ...(['vanish', 'interrupt', 'price-rise', 'never-boots', 'boot-failure'] as const),
  ...(['bad-image', 'wrong-gpu'] as const),
] as const;
export type LifeFault = (typeof lifeFaults)[number];

export function isLifeFault(name: FaultName): name is LifeFault {
  return lifeFaults.some((fault) => fault === name);
}

/** Ids are strings; a caller of the control routes may send a number. */
export const InstanceId = z.pipe(z.union([z.string(), z.int()]), z.transform(String));

const spec = {
  name: z.enum(faultNames),
  operation: z.optional(z.enum(operations)),
  /** How many calls it applies to; without it, all until the fault is removed. */
  times: z.optional(z.int()),
  /** Only calls about this instance. */
  instanceId: z.optional(InstanceId),
  /** Its meaning is documented at each fault above; for the others, how long the fault lasts. */
  forMs: z.optional(z.number()),
  /** The index of the response body in replies.ts; without it, the bodies take turns. */
  variant: z.optional(z.int()),
};

export const FaultSpec = z.strictObject(spec);
export type FaultSpec = Readonly<z.infer<typeof FaultSpec>>;

export const Fault = z.object({ ...spec, left: z.number(), addedAt: z.number() });
export type Fault = z.infer<typeof Fault>;

/** A fault that applies from now on. `left` is finite so that it survives JSON. */
export function faultOf(spec: FaultSpec, now: number): Fault {
  return { ...spec, left: spec.times ?? Number.MAX_SAFE_INTEGER, addedAt: now };
}

export type Call = {
  readonly operation: Operation;
  readonly instanceId: string | null;
  readonly now: number;
  /** The fault that a create request names in its environment. */
  readonly sentinel: FaultName | null;
};

/** Takes the oldest fault of that name that applies to the call: uses up one of its times. */
export function takeFault(
  faults: readonly Fault[],
  name: FaultName,
  call: Call,
): Fault | undefined {
  const fault = faults.find((candidate) => appliesTo(candidate, name, call));
  if (fault !== undefined) fault.left -= 1;
  const requested = faultOf({ name }, call.now);
  const isRequested = call.sentinel === name && appliesTo(requested, name, call);
  return fault ?? (isRequested ? requested : undefined);
}

/** Faults for which `forMs` is not the duration of the fault. */
const ownMeaning: readonly FaultName[] = [
  ...(['slow', 'stale-list', 'zombie', 'young-404'] as const),
  ...lifeFaults,
];

function appliesTo(fault: Fault, name: FaultName, call: Call): boolean {
  if (fault.name !== name || fault.left <= 0) return false;
  const defaults: readonly Operation[] | null = targets[name];
  const operations = fault.operation === undefined ? defaults : [fault.operation];
  if (operations !== null && !operations.includes(call.operation)) return false;
  if (fault.instanceId !== undefined && fault.instanceId !== call.instanceId) return false;
  const lasts = ownMeaning.includes(name) ? Infinity : (fault.forMs ?? Infinity);
  return call.now < fault.addedAt + lasts;
}

/** Faults that `SIM_FAULT` adds for the new instance, and how many calls each applies to. */
export const sentinelTimes: Readonly<Partial<Record<FaultName, number>>> = {
  'cut-label': Number.MAX_SAFE_INTEGER,
  'odd-row': Number.MAX_SAFE_INTEGER,
  'partial-page': 1,
  'refuse-destroy': 3,
  'rewritten-label': Number.MAX_SAFE_INTEGER,
  'stale-list': Number.MAX_SAFE_INTEGER,
  'young-404': Number.MAX_SAFE_INTEGER,
  zombie: 1,
};
