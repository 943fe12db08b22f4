// What can be made to go wrong, in the words every simulator shares. A fault only says when it
// strikes; the routes know what it does. Nothing here may change an instance.

import type { State } from './state.ts';

export const operations = [
  ...(['search', 'create', 'get', 'list', 'destroy', 'change'] as const),
  ...(['attach-key', 'list-keys', 'detach-key', 'balance', 'charges'] as const),
] as const;

export type Operation = (typeof operations)[number];

/** Each fault with the operations it strikes when none is named; null means every one. */
const strikes = {
  /** Create answers that the offer is gone; nothing is created. */
  refuse: ['create'],
  /** 429, nothing is done. */
  'rate-limit': null,
  /** 500 or a gateway's 502, nothing is done. */
  'fail-before-effect': null,
  /** Done, then the connection is cut. */
  'drop-after-effect': ['create'],
  /** Done, then answered with 500. */
  'error-after-effect': ['create'],
  /** The answer to what was done comes `forMs` of real time late. */
  slow: null,
  /** Every call answers that the key is unknown, with a 404. */
  'bad-key': null,
  /** A page of a list after the first answers 500. */
  'partial-page': ['list'],
  /** Lists leave out instances younger than `forMs`. */
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

export type FaultSpec = {
  readonly name: FaultName;
  readonly operation?: Operation | undefined;
  /** How often it strikes; without it, until cleared. */
  readonly times?: number | undefined;
  /** Only calls about this instance. */
  readonly instanceId?: number | undefined;
  /** As each fault says; with the others, how long it lasts from when it was added. */
  readonly forMs?: number | undefined;
  /** Which body, by its place in replies.ts, instead of one after the other. */
  readonly variant?: number | undefined;
};

export type Fault = FaultSpec & { left: number; readonly addedAt: number };

/** `left` is kept finite so that the state survives JSON. */
export function addFault(state: State, spec: FaultSpec, now: number): void {
  state.faults.push({ ...spec, left: spec.times ?? Number.MAX_SAFE_INTEGER, addedAt: now });
}

export type Call = {
  readonly operation: Operation;
  readonly instanceId: number | null;
  readonly now: number;
};

/** The oldest fault of that name that strikes this call, now used up by one; or nothing. */
export function strike(state: State, name: FaultName, call: Call): Fault | undefined {
  const fault = state.faults.find((candidate) => hits(candidate, name, call));
  if (fault !== undefined) fault.left -= 1;
  return fault;
}

const ownMeaning: readonly FaultName[] = ['slow', 'stale-list', 'zombie', ...lifeFaults];

function hits(fault: Fault, name: FaultName, call: Call): boolean {
  if (fault.name !== name || fault.left <= 0) return false;
  const operations: readonly Operation[] | null = fault.operation
    ? [fault.operation]
    : strikes[name];
  if (operations !== null && !operations.includes(call.operation)) return false;
  if (fault.instanceId !== undefined && fault.instanceId !== call.instanceId) return false;
  const lasts = ownMeaning.includes(name) ? Infinity : (fault.forMs ?? Infinity);
  return call.now < fault.addedAt + lasts;
}

/** Faults that `SIM_FAULT` brings on an instance besides those of its life; bounded, so it ends. */
export const sentinelTimes: Readonly<Partial<Record<FaultName, number>>> = {
  'refuse-destroy': 3,
  zombie: 1,
};
