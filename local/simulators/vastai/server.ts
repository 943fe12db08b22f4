// A Vast.ai that fits on a laptop: its own market, money and clock, behind its real wire format. It
// must share nothing with the adapters, whose mistakes would cancel out. See FIDELITY.md.

import { adminReply, isAdminPath } from './admin.ts';
import { stopWhenBroke } from './billing.ts';
import type { Settings } from './context.ts';
import { createControls } from './controls.ts';
import { dispatch, type Incoming, type Outcome } from './dispatch.ts';
import { nextChangeAt } from './life.ts';
import { createMachines, type StartMachine } from './machines.ts';
import { createMarket } from './market.ts';
import type { State } from './state.ts';
import { createWire } from './wire.ts';

export type VastaiSimulatorOptions = {
  readonly apiKey: string;
  /** Epoch milliseconds; may be scaled, or stand still and jump hours. */
  readonly now: () => number;
  readonly seed?: number;
  /** Verified offers that can be rented at the start; at least 300. */
  readonly offers?: number;
  /** Whether calls that come too close are refused, by the documented thresholds. */
  readonly rateLimits?: boolean;
  /** From create to a container that is up. */
  readonly bootMs?: number;
  /** Until a new instance can be read, and until lists show it. */
  readonly readLagMs?: number;
  readonly listLagMs?: number;
  /** How long a destroyed instance is still shown. */
  readonly destroyLagMs?: number;
  /** USD paid in. */
  readonly credit?: number;
  /** Called when a container comes up; what it returns is called when it goes down. */
  readonly startMachine?: StartMachine;
  /** Timer on the clock of `now`, only ever used to follow machines up and down. */
  readonly after?: (ms: number, run: () => void) => () => void;
};

export type VastaiSimulator = ReturnType<typeof createVastaiSimulator>;

const offersLeast = 300;
const requestsKept = 10_000;

export function createVastaiSimulator(options: VastaiSimulatorOptions) {
  const settings = settingsOf(options);
  const state = createState(options, settings.seed);
  const machines = createMachines(options.startMachine);
  const alarm = createAlarm(options.after ?? afterRealTime);
  const controls = createControls({ state, settings }, settle);
  const wire = createWire(answer);
  let closed = false;

  /** Lets everything happen that was due; the instant it is settled for. */
  function settle(): number {
    const now = options.now();
    stopWhenBroke(state, now);
    if (closed) return now;
    machines.follow(state, now);
    alarm.set(now, nextChange(state, now), settle);
    return now;
  }

  async function answer(incoming: Incoming): Promise<Outcome> {
    if (isAdminPath(incoming.url.pathname)) {
      return { reply: adminReply(controls, incoming), lateMs: 0, dropped: false };
    }
    const now = settle();
    const sshPort = machines.sshPort(now);
    const outcome = await dispatch({ state, settings, now, sshPort }, incoming);
    log(state, incoming, { at: now, status: outcome.dropped ? 0 : outcome.reply.status });
    settle();
    return outcome;
  }

  return {
    ...controls,
    /** Starts serving on loopback; its address, without a closing slash. */
    listen: wire.listen,
    /** Ends the server and every machine; the state stays readable. */
    close: async (): Promise<void> => {
      await wire.close();
      closed = true;
      alarm.clear();
      machines.close();
    },
  };
}

function settingsOf(options: VastaiSimulatorOptions): Settings {
  return {
    apiKey: options.apiKey,
    seed: options.seed ?? 1,
    rateLimits: options.rateLimits ?? false,
    bootMs: options.bootMs ?? 40_000,
    readLagMs: options.readLagMs ?? 1_000,
    listLagMs: options.listLagMs ?? 5_000,
    destroyLagMs: options.destroyLagMs ?? 2_000,
  };
}

function createState(options: VastaiSimulatorOptions, seed: number): State {
  const { offers = 340, credit = 100 } = options;
  if (offers < offersLeast) throw new RangeError(`a market has at least ${offersLeast} offers`);
  return {
    market: createMarket(seed, offers, options.now()),
    paidInMicroUsd: Math.round(credit * 1e6),
    instances: [],
    nextKeyId: 1,
    faults: [],
    lastCallAt: {},
    turns: {},
    requests: [],
  };
}

/** Bodies are kept as sent; the key never is, wherever it came. */
function log(state: State, { method, url, body }: Incoming, entry: { at: number; status: number }) {
  const query = new URLSearchParams(url.searchParams);
  query.delete('api_key');
  const asked = { method, path: url.pathname, query: query.toString(), body: body ?? '' };
  state.requests.push({ ...asked, ...entry });
  if (state.requests.length > requestsKept) state.requests.shift();
}

function nextChange(state: State, now: number): number {
  return state.instances.reduce(
    (next, instance) => Math.min(next, nextChangeAt(instance, now)),
    Infinity,
  );
}

type After = NonNullable<VastaiSimulatorOptions['after']>;

/** One timer, for the next thing to come. */
function createAlarm(after: After) {
  let setFor = Infinity;
  let cancel = () => {};

  function clear(): void {
    cancel();
    cancel = () => {};
    setFor = Infinity;
  }

  function set(now: number, at: number, run: () => void): void {
    if (at === setFor) return;
    clear();
    if (at === Infinity) return;
    setFor = at;
    cancel = after(at - now, () => {
      setFor = Infinity;
      run();
    });
  }

  return { set, clear };
}

/** The longest that a timer of the platform can wait; waking early only means setting it again. */
const timerMostMs = 2 ** 31 - 1;

function afterRealTime(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, timerMostMs)).unref();
  return () => clearTimeout(timer);
}
