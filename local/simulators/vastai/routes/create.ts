// PUT /asks/{id}/: rents an offer. From the moment an id is given out the contract bills, whatever
// the reply says; even a bid that is too low leaves a stopped contract behind (seen by clients).

import { createHash } from 'node:crypto';
import {
  type FaultName,
  faultOf,
  isFaultName,
  lifeFaults,
  sentinelTimes,
} from '../../kit/faults.ts';
import { isRow, type Row } from '../../kit/json.ts';
import { strikeNewborn } from '../../kit/life-faults.ts';
import { createHostKey } from '../../kit/machine/ssh-server.ts';
import type { Reply } from '../../kit/wire.ts';
import { creditMicroUsd } from '../billing.ts';
import type { Context, Request } from '../context.ts';
import { isFree, takenBy } from '../life.ts';
import { diskNanoUsdPerHour, gpuNanoUsdPerHour } from '../offer-view.ts';
import { isTakenByOthers } from '../others.ts';
import { createRefused, noCredit, ok, refusal } from '../replies.ts';
import { firstInstanceId, type Instance, type Machine, type Offer } from '../state.ts';

const minDiskGb = 8;
const maxLabel = 256;
const maxImage = 1024;
const maxScript = 4096;
const maxEnvValue = 256;
const maxEnv = 32_768;
const minBidUsd = 0.001;
const maxBidUsd = 128;
const defaultImage = 'vastai/base-image:@vastai-automatic-tag';

type Asked = 'label' | 'image' | 'runtype' | 'onstart' | 'env' | 'diskGb';

export type Wish = Pick<Instance, Asked> & {
  readonly foreign: boolean;
  readonly bidNanoUsdPerHour: number | null;
  /** Whether it is to run at once; if not, only its disk is kept and billed. */
  readonly running: boolean;
};

/** Never safe to repeat: each accepted call rents again where GPUs are left. */
export function create(context: Context, { ids, body }: Request): Reply {
  const [offerId = Number.NaN] = ids;
  if (!Number.isSafeInteger(offerId)) return badOfferId;
  const offer = context.state.market.offers[offerId];
  const machine = offer && context.state.market.machines[offer.machineId];
  // Unknown ids answer as documented, those taken by us as recorded in February 2026.
  if (!offer || !machine) return createRefused(context.state, offerId, 1);
  const problem = findProblem(body, machine);
  if (problem !== null) return problem;
  // A virtual machine can't be given a key later.
  const isKeyless = body.vm === true && context.state.accountKeys.length === 0;
  if (isKeyless) return refusal(400, 'no_ssh_key_for_vm', 'Add an SSH key first.');
  if (creditMicroUsd(context.state, context.now) <= 0) return noCredit;
  const wish = readWish(body);
  const stale = isTakenByOthers(context, machine.id, context.now);
  const free = !stale && isFree(takenBy(context.state, context.now), offer, machine);
  if (!free && cancelsIfTaken(body)) {
    // What others took meanwhile is refused in each of the recorded ways in turn.
    return createRefused(context.state, offerId, stale ? undefined : 0);
  }
  const leastBid = gpuNanoUsdPerHour(machine, offer.gpus, true);
  const outbid = wish.bidNanoUsdPerHour !== null && wish.bidNanoUsdPerHour < leastBid;
  const instance = rent(context, offer, { ...wish, running: wish.running && free && !outbid });
  const reply = { new_contract: instance.id };
  if (outbid) return ok({ success: false, ...tooLow, ...reply });
  return ok({ success: true, ...reply, instance_api_key: instance.apiKey });
}

const badOfferId = invalid(
  "error 400/3467: Invalid args: 'id' is required and must be a valid offer ID",
);
const tooLow = { error: 'invalid_price', msg: 'bid is below the minimum bid' };

function invalid(msg: string): Reply {
  return refusal(400, 'invalid_args', msg);
}

/** What renting needs to know of the call. */
export type Renting = Pick<Context, 'state' | 'settings' | 'now' | 'strike'>;

/** Creates the contract, with the faults that wait for it. */
export function rent(context: Renting, offer: Offer, wish: Wish): Instance {
  const { state, settings, now } = context;
  const machine = state.market.machines[offer.machineId];
  if (machine === undefined) throw new Error(`offer ${offer.id} stands on no machine`);
  const id = firstInstanceId + state.instances.length;
  const gpuNano = wish.bidNanoUsdPerHour ?? gpuNanoUsdPerHour(machine, offer.gpus, false);
  const { label, image, runtype, onstart, env, diskGb, foreign } = wish;
  const run = { startedAt: now, readyAt: now + settings.bootMs, stoppedAt: null };
  const instance: Instance = {
    ...{ id, offerId: offer.id, foreign, label },
    ...{ image, runtype, onstart, env, diskGb },
    isBid: wish.bidNanoUsdPerHour !== null,
    apiKey: createHash('sha256').update(`${state.seed} ${id}`).digest('hex'),
    createdAt: now,
    runs: wish.running ? [run] : [],
    gpuRates: [{ from: now, nanoUsdPerHour: gpuNano }],
    diskNanoUsdPerHour: diskNanoUsdPerHour(machine, diskGb),
    nanoUsdPerGbTransfer: Math.round(machine.transferUsdPerGb * 1e9),
    traffic: [],
    keys: [...state.accountKeys],
    hostKey: createHostKey(),
    sshPort: null,
    end: null,
  };
  state.instances.push(instance);
  bringFaults(context, instance);
  return instance;
}

function bringFaults({ state, strike, now }: Renting, instance: Instance): void {
  for (const name of lifeFaults) {
    const fault = strike(name);
    if (fault !== undefined) strikeNewborn(instance, name, fault.forMs);
  }
  const name = sentinelIn(instance);
  const times = name === null ? undefined : sentinelTimes[name];
  if (name === null || times === undefined) return;
  state.faults.push(faultOf({ name, times, instanceId: String(instance.id) }, now));
}

/** The fault that a create request asks for itself. */
export function sentinelIn({ env }: { readonly env?: unknown }): FaultName | null {
  const name = isRow(env) ? env.SIM_FAULT : undefined;
  return typeof name === 'string' && isFaultName(name) ? name : null;
}

function readWish(body: Row): Wish {
  return {
    label: text(body.label),
    image: text(body.image) ?? defaultImage,
    runtype: text(body.runtype) ?? (body.args === undefined ? 'ssh' : 'args'),
    onstart: text(body.onstart) ?? '',
    env: readEnv(body.env),
    diskGb: typeof body.disk === 'number' ? body.disk : minDiskGb,
    bidNanoUsdPerHour: typeof body.price === 'number' ? Math.round(body.price * 1e9) : null,
    running: body.target_state !== 'stopped',
    foreign: false,
  };
}

/** By default yes for on-demand and no for bids: those leave a stopped, queued contract. */
function cancelsIfTaken({ cancel_unavail, price }: Row): boolean {
  return cancel_unavail === undefined ? !isBid(price) : cancel_unavail === true;
}

/** An environment that isn't an object is dropped without a word. */
function readEnv(env: unknown): Record<string, string> {
  if (!isRow(env)) return {};
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The first thing wrong with the request, in the provider's words. */
function findProblem(body: Row, machine: Machine): Reply | null {
  const { label = null, image = null, disk = minDiskGb, price = null } = body;
  if (label !== null && (typeof label !== 'string' || label.length > maxLabel)) {
    return invalid('Invalid args: label must be a string of at most 256 characters');
  }
  if (image !== null && (typeof image !== 'string' || image.length > maxImage)) {
    return invalid('Invalid args: image must be a string of at most 1024 characters');
  }
  if (typeof disk !== 'number' || disk < minDiskGb || disk > machine.diskGb) {
    return invalid(`Invalid args: disk must be between ${minDiskGb} and ${machine.diskGb}`);
  }
  if (scriptLength(body) > maxScript) {
    return invalid('Invalid args: args, args_str and onstart must not exceed 4096 characters');
  }
  const badEnv = Object.values(readEnv(body.env)).some((value) => value.length > maxEnvValue);
  if (badEnv || JSON.stringify(readEnv(body.env)).length > maxEnv) {
    return invalid('Invalid args: env is too long');
  }
  if (price !== null && !isBid(price)) {
    return refusal(400, 'invalid_price', 'price must be between 0.001 and 128');
  }
  return null;
}

function isBid(price: unknown): boolean {
  return typeof price === 'number' && price >= minBidUsd && price <= maxBidUsd;
}

function scriptLength({ onstart, args, args_str }: Row): number {
  const words = Array.isArray(args) ? args.join(' ') : '';
  return [onstart, args_str, words].map((part) => text(part) ?? '').join('').length;
}
