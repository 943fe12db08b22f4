// A simulated Vast.ai: a market, an account and a clock behind the provider's real wire format. It
// must share no code with the adapter: a shared mistake would go unnoticed. See FIDELITY.md.

import { adminReply, isAdminPath } from '../kit/admin.ts';
import { startAgent } from '../kit/agent.ts';
import { createAlarm } from '../kit/alarm.ts';
import { catchUp } from '../kit/catch-up.ts';
import { createClock } from '../kit/clock.ts';
import { keyIn } from '../kit/keys.ts';
import { nextChangeAt } from '../kit/life.ts';
import { createMachines, type MachineState, type StartMachine } from '../kit/machines.ts';
import type { MarketSimulator, SimulatorOptions } from '../kit/simulator.ts';
import { createStore } from '../kit/store.ts';
import { createWire, type Incoming, immediate, type Outcome } from '../kit/wire.ts';
import { stopWhenBroke } from './billing.ts';
import type { Settings } from './context.ts';
import { createControls } from './controls.ts';
import { dispatch, type World } from './dispatch.ts';
import { machineState, storedAgents } from './machine.ts';
import { createMarket } from './market.ts';
import { type Instance, Kept, latestByNumber, type State } from './state.ts';

/** The options of every simulator, and those of this one. */
export type VastaiOptions = SimulatorOptions & {
  /** How long the previous status is shown after a stop or a start. */
  readonly statusLagMs?: number;
  /** How late searches show what other customers rented or released. */
  readonly offerLagMs?: number;
};

const requestsKept = 10_000;

export function createSimulator(options: VastaiOptions) {
  const settings = settingsOf(options);
  const store = createStore(options.statePath, Kept);
  const state: State = { ...(store.read() ?? createState(options)), gates: {}, requests: [] };
  const { after = createClock().after } = options;
  const runAgent: StartMachine = (machine) => startAgent({ ...options, after }, machine);
  const machines = createMachines(options.startMachine ?? runAgent);
  const alarm = createAlarm(after);
  const controls = createControls({ state, settings }, settle);
  const wire = createWire(answer);
  const save = (): void => store.save(keptOf(state));
  const machineAt = (instance: Instance, now: number): MachineState =>
    machineState(state, instance, { now, save, settle, serve: answer });
  const portOf: PortOf = (instance, now) => machines.portOf(machineAt(instance, now));
  const execute = createExecute({ state, settings }, portOf);
  let closed = false;

  /** Applies all changes that are due; returns the current instant. */
  function settle(): number {
    const now = options.now();
    stopWhenBroke(state, now);
    if (closed) return now;
    machines.update(latestByNumber(state).map((each) => machineAt(each, now)));
    alarm.set(now, nextChangeAt(state.instances, now), settle);
    return now;
  }

  /** The state is saved before the response is sent. */
  async function answer(incoming: Incoming): Promise<Outcome> {
    const isAdmin = isAdminPath(incoming.url.pathname);
    const outcome = isAdmin
      ? immediate(adminReply(controls, incoming))
      : await execute(incoming, settle());
    settle();
    save();
    return outcome;
  }

  return {
    ...controls,
    listen: async (port?: number): Promise<string> => {
      const now = options.now();
      await catchUp(() => storedAgents(state, { now, execute }), now);
      const address = await wire.listen(port);
      settle();
      await machines.reopened();
      save();
      return address;
    },
    close: async (): Promise<void> => {
      await wire.close();
      closed = true;
      alarm.clear();
      machines.close();
    },
  } satisfies MarketSimulator;
}

type PortOf = (instance: Instance, now: number) => Promise<number | null>;

/** Executes and logs calls, without the changes that are due at their instant. */
function createExecute({ state, settings }: Pick<World, 'state' | 'settings'>, portOf: PortOf) {
  return async (incoming: Incoming, now: number): Promise<Outcome> => {
    const sshPort = (instance: Instance) => portOf(instance, now);
    const outcome = await dispatch({ state, settings, now, sshPort }, incoming);
    log(state, incoming, { at: now, status: outcome.dropped ? 0 : outcome.reply.status });
    return outcome;
  };
}

/** The state to store: without rate limits and the log of requests. */
function keptOf({ gates: _gates, requests: _requests, ...kept }: State): Kept {
  return kept;
}

function settingsOf(options: VastaiOptions): Settings {
  return {
    apiKey: keyIn(options.keys, 'apiKey'),
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

function createState(options: VastaiOptions): Kept {
  const { seed = 1, offers = 340, credit = 100 } = options;
  if (offers < 1) throw new RangeError('offers must be at least 1');
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

/** Logs the request with its body, but never with its key. */
function log(state: State, { method, url, body }: Incoming, entry: { at: number; status: number }) {
  const query = new URLSearchParams(url.searchParams);
  query.delete('api_key');
  const request = { method, path: url.pathname, query: query.toString(), body: body ?? '' };
  state.requests.push({ ...request, ...entry });
  if (state.requests.length > requestsKept) state.requests.shift();
}
