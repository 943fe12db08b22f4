// What runs on a rented instance: the environment it has, who may log in, and how it ends itself.

import { isUp } from '../kit/life.ts';
import type { Followed, MachineStart } from '../kit/machines.ts';
import { placeOf } from './context.ts';
import { cudaVersion, driverVersion, modelOf } from './offer-view.ts';
import type { Instance, State } from './state.ts';

/** With its own id and the key that opens it alone; docker options are left out. */
export function environmentOf({ id, env, apiKey }: Instance): Record<string, string> {
  const plain = Object.entries(env).filter(([name]) => !name.startsWith('-'));
  return { ...Object.fromEntries(plain), CONTAINER_ID: String(id), CONTAINER_API_KEY: apiKey };
}

/** When somebody looks, and where the API is that an instance ends itself by. */
export type SeenAt = { readonly now: number; readonly address: string };

/** The instance as the kit follows it. */
export function followed(state: State, instance: Instance, at: SeenAt): Followed {
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

/** With its own key, which opens this one instance. */
async function destroySelf(address: string, { id, apiKey }: Instance): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const url = `${address}/api/v0/instances/${id}/`;
  const reply = await fetch(url, { method: 'DELETE', headers });
  await reply.body?.cancel();
}

function sshOf(state: State, instance: Instance): ReturnType<Followed['ssh']> {
  const { offer, machine } = placeOf(state, instance);
  const model = { model: machine.gpuName, ramMb: modelOf(machine).ramMb, count: offer.gpus };
  const gpus = { ...model, driver: driverVersion, cuda: cudaVersion };
  return {
    hostKey: instance.hostKey,
    authorizedKeys: () => authorizedKeys(instance),
    host: { name: `C.${instance.id}`, gpus },
  };
}

/** Keys that were attached, and those that the start script writes where sshd looks for them. */
function authorizedKeys({ keys, onstart }: Instance): string[] {
  const scripted = onstart
    .split('\n')
    .filter((line) => line.includes('authorized_keys'))
    .flatMap((line) => line.match(/(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/=]+/g) ?? []);
  return [...keys.map(({ publicKey }) => publicKey), ...scripted];
}
