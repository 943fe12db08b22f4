// The programs on a rented instance: their environment, the authorized SSH keys, and the call by
// which the instance destroys itself.

import { isUp } from '../kit/life.ts';
import type { MachineStart, MachineState } from '../kit/machines.ts';
import { placeOf } from './context.ts';
import { cudaVersion, driverVersion, modelOf } from './offer-view.ts';
import type { Instance, State } from './state.ts';

/** The instance's own id and key, and the given variables without docker options, which win. */
export function environmentOf({ id, env, apiKey }: Instance): Record<string, string> {
  const plain = Object.entries(env).filter(([name]) => !name.startsWith('-'));
  return { CONTAINER_ID: String(id), CONTAINER_API_KEY: apiKey, ...Object.fromEntries(plain) };
}

/** The current instant, and the API's address for an instance that destroys itself. */
export type StateAt = { readonly now: number; readonly address: string };

/** The state of the machine, for the kit. */
export function machineState(state: State, instance: Instance, at: StateAt): MachineState {
  return {
    id: String(instance.id),
    up: isUp(instance, at.now),
    sshPort: instance.sshPort,
    start: () => startOf(state, instance, at.address),
    ssh: () => sshOf(state, instance),
  };
}

function startOf(state: State, instance: Instance, address: string): MachineStart {
  const { id, label, onstart, image } = instance;
  const { offer, machine } = placeOf(state, instance);
  return {
    ...{ id: String(id), label, onstart, image, env: environmentOf(instance) },
    sshKeys: instance.keys.map(({ publicKey }) => publicKey),
    sshHostKey: instance.hostKey.publicKey,
    gpuName: machine.gpuName,
    gpuCount: offer.gpus,
    endSelf: () => destroySelf(address, instance),
  };
}

/** Destroys the instance with its own key, which is valid only for this instance. */
async function destroySelf(address: string, { id, apiKey }: Instance): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const url = `${address}/api/v0/instances/${id}/`;
  const reply = await fetch(url, { method: 'DELETE', headers });
  await reply.body?.cancel();
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
