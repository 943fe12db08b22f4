// One instance: read, change, destroy, and its SSH keys. Destroy takes effect immediately; reads
// show the instance for some time, and a second destroy responds that it does not exist.

import type { Fault } from '../../kit/faults.ts';
import { currentRun, endAt, exists, isReadable, stopAt } from '../../kit/life.ts';
import type { Reply } from '../../kit/wire.ts';
import { creditMicroUsd } from '../billing.ts';
import { type Context, findInstance, placeOf, type Request } from '../context.ts';
import { instanceView } from '../instance-view.ts';
import { isFree, takenBy } from '../life.ts';
import { isTakenByOthers } from '../others.ts';
import { noSuchInstance, ok, refusal } from '../replies.ts';
import { createRowFaults } from '../row-faults.ts';
import type { Instance } from '../state.ts';
import { newKey } from './account-keys.ts';

const maxLabel = 1024;
/** How long an instance runs after destroy under the fault `zombie`, by default. */
const defaultZombieMs = 60_000;
/** How long destroy does not find an instance under the fault `young-404`, by default. */
const defaultYoungMs = 60_000;

/** The response for an unknown, a destroyed and a not yet readable instance is 200 with null. */
export async function get(context: Context, { ids }: Request): Promise<Reply> {
  const instance = findInstance(context, ids[0]);
  if (instance === undefined || !isReadable(instance, context.now, context.settings)) {
    return ok({ instances: null });
  }
  const alter = createRowFaults(context, 'instance');
  return ok({ instances: alter(await show(context, instance), instance.id) });
}

export async function show(context: Context, instance: Instance) {
  const sshPort = await context.sshPort(instance);
  // A client that read the port must find the server there again after a restart.
  if (sshPort !== null) instance.sshPort = sshPort;
  const place = placeOf(context.state, instance);
  const { statusLagMs } = context.settings;
  return instanceView(instance, place, { now: context.now, statusLagMs, sshPort });
}

/** 200 once, then 404; for a zombie, 200 until its end. */
export function destroy(context: Context, request: Request): Reply {
  return withInstance(context, request, (instance) => {
    const young = context.takeFault('young-404');
    if (young !== undefined && isYounger(instance, context.now, young)) return noSuchInstance;
    const zombie = context.takeFault('zombie');
    const delayMs = zombie === undefined ? 0 : (zombie.forMs ?? defaultZombieMs);
    endAt(instance, context.now + delayMs, 'destroyed');
    return ok({ success: true });
  });
}

function isYounger({ createdAt }: Instance, now: number, { forMs = defaultYoungMs }: Fault) {
  return now < createdAt + forMs;
}

/** Stop, start, or a new label. */
export function change(context: Context, request: Request): Reply {
  return withInstance(context, request, (instance) => {
    const { state, label } = request.body;
    if (state === 'stopped') return stop(context, instance);
    if (state === 'running') return start(context, instance);
    return typeof label === 'string' ? relabel(instance, label) : missingInput;
  });
}

const missingInput = refusal(400, 'missing_input', 'Expected a state or a label.');

function stop(context: Context, instance: Instance): Reply {
  stopAt(instance, context.now);
  return ok({ success: true });
}

function start(context: Context, instance: Instance): Reply {
  const { state, settings, now } = context;
  if (currentRun(instance, now) !== undefined) return ok({ success: true });
  if (creditMicroUsd(state, now) <= 0) return refusal(400, 'missing_billing', 'Add credit first.');
  const { offer, machine } = placeOf(state, instance);
  const isTaken = isTakenByOthers(context, machine.id, now);
  if (isTaken || !isFree(takenBy(state, now), offer, machine)) {
    return ok({
      success: true,
      msg: 'Required resources are currently unavailable, state change queued',
    });
  }
  instance.runs.push({ startedAt: now, readyAt: now + settings.bootMs, stoppedAt: null });
  return ok({ success: true });
}

function relabel(instance: Instance, label: string): Reply {
  if (label.length > maxLabel) return refusal(400, 'label_too_long', 'The label is too long.');
  instance.label = label;
  return ok({ success: true, msg: `label for ${instance.id} set to '${label}'` });
}

export function attachKey(context: Context, request: Request): Reply {
  return withInstance(context, request, (instance) => {
    const { ssh_key } = request.body;
    if (typeof ssh_key !== 'string' || ssh_key.trim() === '') {
      return refusal(400, 'no_ssh_key', 'ssh_key is required.');
    }
    instance.keys.push(newKey(context, ssh_key));
    return ok({ success: true, msg: 'SSH key attached successfully' });
  });
}

/** The response holds the keys as JSON inside a string. */
export function listKeys(context: Context, request: Request): Reply {
  return withInstance(context, request, (instance) => {
    const keys = instance.keys.map(({ id, publicKey }) => ({
      id,
      name: publicKey.split(' ')[2] ?? '',
      public_key: publicKey,
    }));
    return ok({ success: true, ssh_keys: JSON.stringify(keys) });
  });
}

export function detachKey(context: Context, request: Request): Reply {
  return withInstance(context, request, (instance) => {
    const kept = instance.keys.filter((key) => key.id !== request.ids[1]);
    if (kept.length === instance.keys.length) {
      return refusal(404, 'no_such_ssh_key', 'No such SSH key.');
    }
    instance.keys = kept;
    return ok({ success: true, msg: 'SSH key removed from instance.' });
  });
}

function withInstance(
  context: Context,
  request: Request,
  act: (instance: Instance) => Reply,
): Reply {
  const instance = findInstance(context, request.ids[0]);
  return instance && exists(instance, context.now) ? act(instance) : noSuchInstance;
}
