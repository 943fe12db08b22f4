// A Vast.ai that fits on a laptop: its own market, money and clock, behind its real wire format. It
// must share nothing with the adapters, whose mistakes would cancel out. See FIDELITY.md.

import { adminReply, isAdminPath } from '../kit/admin.ts';
import { createClock } from '../kit/clock.ts';
import { createMachines, type StartMachine } from '../kit/machines.ts';
import { createStore, forgetful } from '../kit/store.ts';
import { createWire } from '../kit/wire.ts';
import { stopWhenBroke } from './billing.ts';
import type { Settings } from './context.ts';
import { createControls } from './controls.ts';
import { dispatch, type Incoming, type Outcome, promptly } from './dispatch.ts';
import { nextChangeAt } from './life.ts';
import { createMarket } from './market.ts';
import type { Kept, State } from './state.ts';

export type VastaiSimulatorOptions = {
  readonly apiKey: string;
  /** Epoch milliseconds; may be scaled, or stand still and jump hours. */
  readonly now: () => number;
  /** Where the state is kept to outlive the process; what it holds goes before options. */
  readonly statePath?: string;
  readonly seed?: number;
  /** Verified offers that can be rented at the start; at least 300. */
  readonly offers?: number;
  /** Whether calls that come too fast are refused, as documented; true unless given. */
  readonly rateLimits?: boolean;
  /** Whether a refused call makes the wait for the next one begin anew; false unless given. */
  readonly refusalRestarts?: boolean;
  /** How much of the market other people have rented at any time, 0 to 1; nothing unless given. */
  readonly othersShare?: number;
  /** From create to a container that is up. */
  readonly bootMs?: number;
  /** Until a new instance can be read, and until lists show it. */
  readonly readLagMs?: number;
  readonly listLagMs?: number;
  /** How long a destroyed instance is still shown. */
  readonly destroyLagMs?: number;
  /** How long the status of before is shown after a stop or a start. */
  readonly statusLagMs?: number;
  /** How late searches show what others rented or gave back. */
  readonly offerLagMs?: number;
  /** USD paid in. */
  readonly credit?: number;
  /** Called when a container comes up; what it returns is called when it goes down. */
  readonly startMachine?: StartMachine;
  /** Timer on the clock of `now`, only ever used to follow machines up and down. */
  readonly after?: (ms: number, run: () => void) => () => void;
};

export type VastaiSimulator = ReturnType<typeof createVastaiSimulator>;

const minOffers = 300;
const requestsKept = 10_000;

export function createVastaiSimulator(options: VastaiSimulatorOptions) {
  const settings = settingsOf(options);
  const { statePath } = options;
  const store = statePath === undefined ? forgetful : createStore(statePath);
  const state: State = { ...(store.read() ?? fresh(options)), gates: {}, requests: [] };
  const machines = createMachines(options.startMachine);
  const alarm = createAlarm(options.after ?? createClock().after);
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

  /** What was done is kept before anybody hears of it. */
  async function answer(incoming: Incoming): Promise<Outcome> {
    const isAdmin = isAdminPath(incoming.url.pathname);
    const outcome = isAdmin ? promptly(adminReply(controls, incoming)) : await serve(incoming);
    store.save(state);
    return outcome;
  }

  async function serve(incoming: Incoming): Promise<Outcome> {
    const now = settle();
    const sshPort = machines.sshPort(state, now);
    const outcome = await dispatch({ state, settings, now, sshPort }, incoming);
    log(state, incoming, { at: now, status: outcome.dropped ? 0 : outcome.reply.status });
    settle();
    return outcome;
  }

  return {
    ...controls,
    /** Starts serving on loopback; its address, without a closing slash. */
    listen: async (port?: number): Promise<string> => {
      const address = await wire.listen(port);
      settle();
      await machines.reopened();
      store.save(state);
      return address;
    },
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
    rateLimits: options.rateLimits ?? true,
    refusalRestarts: options.refusalRestarts ?? false,
    othersShare: options.othersShare ?? 0,
    bootMs: options.bootMs ?? 40_000,
    readLagMs: options.readLagMs ?? 1_000,
    listLagMs: options.listLagMs ?? 5_000,
    destroyLagMs: options.destroyLagMs ?? 2_000,
    statusLagMs: options.statusLagMs ?? 3_000,
    offerLagMs: options.offerLagMs ?? 60_000,
  };
}

function fresh(options: VastaiSimulatorOptions): Kept {
  const { seed = 1, offers = 340, credit = 100 } = options;
  if (offers < minOffers) throw new RangeError(`a market has at least ${minOffers} offers`);
  return {
    seed,
    market: createMarket(seed, offers, options.now()),
    paidInMicroUsd: Math.round(credit * 1e6),
    instances: [],
    accountKeys: [],
    nextKeyId: 1,
    faults: [],
    turns: {},
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
