// The programs on a rented instance: their environment, the authorized SSH keys, the node agent's
// memory, and the call by which the instance destroys itself.

import { type AgentMemory, hasAgent, newMemory } from '../kit/agent.ts';
import type { StoredAgent } from '../kit/catch-up.ts';
import { isUp } from '../kit/life.ts';
import { driverNameOf } from '../kit/machine/nvidia-smi.ts';
import type { MachineStart, MachineState } from '../kit/machines.ts';
import type { Incoming } from '../kit/wire.ts';
import { stopWhenBroke } from './billing.ts';
import { placeOf } from './context.ts';
import { cudaVersion, driverVersion, modelOf } from './offer-view.ts';
import type { Instance, State } from './state.ts';

/** The instance's own id and key, and the given variables without docker options, which win. */
export function environmentOf({ id, env, apiKey }: Instance): Record<string, string> {
  const plain = Object.entries(env).filter(([name]) => !name.startsWith('-'));
  return { CONTAINER_ID: String(id), CONTAINER_API_KEY: apiKey, ...Object.fromEntries(plain) };
}

/** The current instant, and what programs on instances do to the simulator. */
export type StateAt = {
  readonly now: number;
  /** Called when an agent's memory has changed. */
  readonly save: () => void;
  /** Applies all changes that are due; returns the current instant. */
  readonly settle: () => number;
  /** Serves a call of an instance. */
  readonly serve: (incoming: Incoming) => Promise<unknown>;
};

/** The state of the machine, for the kit. */
export function machineState(state: State, instance: Instance, at: StateAt): MachineState {
  return {
    id: String(instance.id),
    up: isUp(instance, at.now),
    sshPort: instance.sshPort,
    start: () => startOf(state, instance, at),
    ssh: () => sshOf(state, instance),
  };
}

function startOf(state: State, instance: Instance, { now, ...at }: StateAt): MachineStart {
  const { id, label, onstart, image } = instance;
  return {
    ...{ id: String(id), label, onstart, image, env: environmentOf(instance) },
    sshKeys: instance.keys.map(({ publicKey }) => publicKey),
    sshHostKey: instance.hostKey.publicKey,
    ...gpusOf(state, instance),
    memory: memoryOf(instance, now),
    remember: (memory) => {
      instance.agent = memory;
      at.save();
    },
    endSelf: async () => {
      // As a call over the network, it arrives after the work of the present instant.
      await Promise.resolve();
      if (isUp(instance, at.settle())) await at.serve(destroyCall(instance));
    },
  };
}

/** A GPU that no offer has. */
const WRONG_GPU = { gpuName: 'GTX 1060', gpuRamMb: 6_144 };

/** The GPUs as `nvidia-smi` shows them on the machine. */
function gpusOf(state: State, instance: Instance) {
  const { offer, machine } = placeOf(state, instance);
  const own = { gpuName: machine.gpuName, gpuRamMb: modelOf(machine).ramMb };
  const { gpuName, gpuRamMb } = instance.wrongGpu ? WRONG_GPU : own;
  return { gpuName: driverNameOf(gpuName), gpuRamMb, gpuCount: offer.gpus };
}

/** What the agent knows since the start of the latest run: a new one does not inherit it. */
function memoryOf({ runs, agent }: Instance, now: number): AgentMemory {
  const startedAt = runs.at(-1)?.readyAt ?? now;
  return agent?.startedAt === startedAt ? agent : newMemory(startedAt);
}

type Past = {
  readonly now: number;
  /** Executes a call at a past instant. */
  readonly execute: (incoming: Incoming, instant: number) => Promise<unknown>;
};

/** The agents of all instances that have booted. */
export function storedAgents(state: State, { now, execute }: Past): StoredAgent[] {
  const hasBooted = ({ runs }: Instance): boolean => (runs.at(-1)?.readyAt ?? Infinity) <= now;
  return state.instances
    .filter((instance) => hasAgent(instance.env) && hasBooted(instance))
    .map((instance) => ({
      env: instance.env,
      memory: memoryOf(instance, now),
      remember: (memory) => {
        instance.agent = memory;
      },
      isUp: (instant) => isUp(instance, instant),
      end: async (instant) => {
        stopWhenBroke(state, instant);
        if (isUp(instance, instant)) await execute(destroyCall(instance), instant);
      },
    }));
}

/** The instance destroys itself with its own key, which is valid only for this instance. */
function destroyCall({ id, apiKey }: Instance): Incoming {
  return {
    method: 'DELETE',
    url: new URL(`http://127.0.0.1/api/v0/instances/${id}/`),
    headers: { authorization: `Bearer ${apiKey}` },
    body: '',
  };
}

function sshOf(state: State, instance: Instance): ReturnType<MachineState['ssh']> {
  const { offer, machine } = placeOf(state, instance);
  const model = { model: machine.gpuName, ramMb: modelOf(machine).ramMb, count: offer.gpus };
  const gpus = { ...model, driver: driverVersion, cuda: cudaVersion };
  return {
    hostKey: instance.hostKey,
    authorizedKeys: () => authorizedKeys(instance),
    host: { name: `C.${instance.id}`, gpus },
  };
}

/** The attached keys, and the keys that the start script writes to `authorized_keys`. */
function authorizedKeys({ keys, onstart }: Instance): string[] {
  const scripted = onstart
    .split('\n')
    .filter((line) => line.includes('authorized_keys'))
    .flatMap((line) => line.match(/(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/=]+/g) ?? []);
  return [...keys.map(({ publicKey }) => publicKey), ...scripted];
}
