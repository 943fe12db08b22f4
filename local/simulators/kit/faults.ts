// What can be made to go wrong, in the words every simulator shares. A fault only says when it
// strikes; the routes know what it does. Nothing here may change an instance.

import * as z from 'zod/mini';

const operations = [
  ...(['search', 'create', 'get', 'list', 'destroy', 'change'] as const),
  ...(['attach-key', 'list-keys', 'detach-key', 'account-keys', 'balance', 'charges'] as const),
] as const;

export type Operation = (typeof operations)[number];

const effects = ['create', 'destroy', 'change', 'attach-key', 'detach-key'] as const;

/** Each fault with the operations it strikes when none is named; null means every one. */
const strikes = {
  /** Create answers that the offer is gone; nothing is created. */
  refuse: ['create'],
  /** 429, nothing is done. */
  'rate-limit': null,
  /** 500 or a gateway's 502, nothing is done. */
  'fail-before-effect': null,
  /** Done, then the connection is cut. */
  'drop-after-effect': effects,
  /** Done, then answered with 500. */
  'error-after-effect': effects,
  /** The answer to what was done comes `forMs` of real time late. */
  slow: null,
  /** Every call answers that the key is unknown, with a 404. */
  'bad-key': null,
  /** A page of a list after the first answers 500; about an instance, the page that shows it. */
  'partial-page': ['list'],
  /** Lists leave out instances younger than `forMs`; about an instance, that one alone. */
  'stale-list': ['list'],
  /** Destroy answers 500 and 429 in turns, nothing is done. */
  'refuse-destroy': ['destroy'],
  /** Destroy answers 200, yet the instance runs and bills for another `forMs`. */
  zombie: ['destroy'],
  /** The instance is gone, without a word, `forMs` after it was ready. */
  vanish: ['create'],
  /** The instance is stopped by the provider `forMs` after it was ready. */
  interrupt: ['create'],
  /** The instance costs half as much again as its offer said. */
  'price-rise': ['create'],
  /** The instance loads for ever. */
  'never-boots': ['create'],
} as const satisfies Record<string, readonly Operation[] | null>;

export type FaultName = keyof typeof strikes;

export const faultNames: readonly FaultName[] = Object.keys(strikes).filter(isFaultName);

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(strikes, name);
}

/** Faults that belong to an instance's life: with an `instanceId` they take effect at once. */
export const lifeFaults = ['vanish', 'interrupt', 'price-rise', 'never-boots'] as const;
export type LifeFault = (typeof lifeFaults)[number];

export function isLifeFault(name: FaultName): name is LifeFault {
  return lifeFaults.some((fault) => fault === name);
}

/** Ids are texts; a caller of the back door may write a number. */
export const InstanceId = z.pipe(z.union([z.string(), z.int()]), z.transform(String));

const spec = {
  name: z.enum(faultNames),
  operation: z.optional(z.enum(operations)),
  /** How often it strikes; without it, until cleared. */
  times: z.optional(z.int()),
  /** Only calls about this instance. */
  instanceId: z.optional(InstanceId),
  /** As each fault says; with the others, how long it lasts from when it was added. */
  forMs: z.optional(z.number()),
  /** Which body, by its place in replies.ts, instead of one after the other. */
  variant: z.optional(z.int()),
};

export const FaultSpec = z.strictObject(spec);
export type FaultSpec = Readonly<z.infer<typeof FaultSpec>>;

export const Fault = z.object({ ...spec, left: z.number(), addedAt: z.number() });
export type Fault = z.infer<typeof Fault>;

/** A fault that strikes from now on. `left` is kept finite so that it survives JSON. */
export function faultOf(spec: FaultSpec, now: number): Fault {
  return { ...spec, left: spec.times ?? Number.MAX_SAFE_INTEGER, addedAt: now };
}

export type Call = {
  readonly operation: Operation;
  readonly instanceId: string | null;
  readonly now: number;
  /** The fault that a create request asks for itself, in its environment. */
  readonly sentinel: FaultName | null;
};

/** The oldest fault of that name that strikes this call, now used up by one; or nothing. */
export function strike(faults: readonly Fault[], name: FaultName, call: Call): Fault | undefined {
  const fault = faults.find((candidate) => hits(candidate, name, call));
  if (fault !== undefined) fault.left -= 1;
  const asked = faultOf({ name }, call.now);
  return fault ?? (call.sentinel === name && hits(asked, name, call) ? asked : undefined);
}

const ownMeaning: readonly FaultName[] = ['slow', 'stale-list', 'zombie', ...lifeFaults];

function hits(fault: Fault, name: FaultName, call: Call): boolean {
  if (fault.name !== name || fault.left <= 0) return false;
  const usual: readonly Operation[] | null = strikes[name];
  const struck = fault.operation === undefined ? usual : [fault.operation];
  if (struck !== null && !struck.includes(call.operation)) return false;
  if (fault.instanceId !== undefined && fault.instanceId !== call.instanceId) return false;
  const lasts = ownMeaning.includes(name) ? Infinity : (fault.forMs ?? Infinity);
  return call.now < fault.addedAt + lasts;
}

/** Faults that `SIM_FAULT` brings on the new instance, and how often, so that each one ends. */
export const sentinelTimes: Readonly<Partial<Record<FaultName, number>>> = {
  'partial-page': 1,
  'refuse-destroy': 3,
  'stale-list': Number.MAX_SAFE_INTEGER,
  zombie: 1,
};
