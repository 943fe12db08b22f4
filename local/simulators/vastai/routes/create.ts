// PUT /asks/{id}/: rents an offer. The contract is billed from the moment it has an id, also when
// the response is an error; a bid below the minimum leaves a stopped contract (seen by clients).

import { createHash } from 'node:crypto';
import {
  type FaultName,
  faultOf,
  isFaultName,
  lifeFaults,
  sentinelTimes,
} from '../../kit/faults.ts';
import { isRow, type Row } from '../../kit/json.ts';
import { exists } from '../../kit/life.ts';
import { applyAtCreate } from '../../kit/life-faults.ts';
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
/** From an instance's number to a number that no instance has. */
const unknownIdOffset = 1_000_000;
const defaultImage = 'vastai/base-image:@vastai-automatic-tag';

type Requested = 'label' | 'image' | 'runtype' | 'onstart' | 'env' | 'diskGb';

export type RentRequest = Pick<Instance, Requested> & {
  readonly foreign: boolean;
  readonly bidNanoUsdPerHour: number | null;
  /** Whether the instance starts immediately; if not, only its disk is billed. */
  readonly running: boolean;
  /** The number; a new one by default. */
  readonly id?: number;
};

/** Not idempotent: each accepted call rents again while GPUs are left. */
export function create(context: Context, { ids, body }: Request): Reply {
  const [offerId = Number.NaN] = ids;
  if (!Number.isSafeInteger(offerId)) return badOfferId;
  const offer = context.state.market.offers[offerId];
  const machine = offer && context.state.market.machines[offer.machineId];
  // The response for an unknown id is documented; the one for a rented offer was recorded in
  // February 2026.
  if (!offer || !machine) return createRefused(context.state, offerId, 1);
  const problem = findProblem(body, machine);
  if (problem !== null) return problem;
  // A key can't be attached to a virtual machine later.
  const isKeyless = body.vm === true && context.state.accountKeys.length === 0;
  if (isKeyless) return refusal(400, 'no_ssh_key_for_vm', 'Add an SSH key first.');
  if (creditMicroUsd(context.state, context.now) <= 0) return noCredit;
  const request = readRequest(body);
  const stale = isTakenByOthers(context, machine.id, context.now);
  const free = !stale && isFree(takenBy(context.state, context.now), offer, machine);
  if (!free && cancelsIfTaken(body)) {
    // An offer that another customer rented is refused with each recorded response in turn.
    return createRefused(context.state, offerId, stale ? undefined : 0);
  }
  const minBid = gpuNanoUsdPerHour(machine, offer.gpus, true);
  const outbid = request.bidNanoUsdPerHour !== null && request.bidNanoUsdPerHour < minBid;
  const running = request.running && free && !outbid;
  const instance = rent(context, offer, { ...request, running });
  const reply = { new_contract: reportedId(context, instance) };
  if (outbid) return ok({ success: false, ...tooLow, ...reply });
  return ok({ success: true, ...reply, instance_api_key: instance.apiKey });
}

/** Under the fault `wrong-id`, the number of another instance, or of none. */
function reportedId({ state, now, takeFault }: Context, { id }: Instance): number {
  if (takeFault('wrong-id') === undefined) return id;
  const other = state.instances.find((each) => each.id !== id && exists(each, now));
  return other?.id ?? id + unknownIdOffset;
}

const badOfferId = invalid(
  "error 400/3467: Invalid args: 'id' is required and must be a valid offer ID",
);
const tooLow = { error: 'invalid_price', msg: 'bid is below the minimum bid' };

function invalid(msg: string): Reply {
  return refusal(400, 'invalid_args', msg);
}

/** The part of the context that renting uses. */
export type Renting = Pick<Context, 'state' | 'settings' | 'account' | 'now' | 'takeFault'>;

/** Creates the contract and applies the faults of its create call. */
export function rent(context: Renting, offer: Offer, request: RentRequest): Instance {
  const { state, settings, now } = context;
  const machine = state.market.machines[offer.machineId];
  if (machine === undefined) throw new Error(`offer ${offer.id} has no machine`);
  const id = request.id ?? newId(context);
  const gpuNano = request.bidNanoUsdPerHour ?? gpuNanoUsdPerHour(machine, offer.gpus, false);
  const { label, image, runtype, onstart, env, diskGb, foreign } = request;
  const run = { startedAt: now, readyAt: now + settings.bootMs, stoppedAt: null };
  const instance: Instance = {
    ...{ id, offerId: offer.id, foreign, label },
    ofOtherAccount: context.account === 'other',
    ...{ image, runtype, onstart, env, diskGb },
    isBid: request.bidNanoUsdPerHour !== null,
    apiKey: createHash('sha256').update(`${state.seed} ${state.instances.length}`).digest('hex'),
    createdAt: now,
    runs: request.running ? [run] : [],
    gpuRates: [{ from: now, nanoUsdPerHour: gpuNano }],
    bootError: null,
    wrongGpu: false,
    diskNanoUsdPerHour: diskNanoUsdPerHour(machine, diskGb),
    nanoUsdPerGbTransfer: Math.round(machine.transferUsdPerGb * 1e9),
    traffic: [],
    refunds: [],
    keys: [...state.accountKeys],
    hostKey: createHostKey(),
    sshPort: null,
    agent: null,
    end: null,
  };
  state.instances.push(instance);
  applyFaults(context, instance);
  return instance;
}

/** A new number; under the fault `reused-id`, the one of the instance that ended last. */
function newId({ state, now, takeFault }: Renting): number {
  const next = firstInstanceId + state.instances.length;
  if (takeFault('reused-id') === undefined) return next;
  const ended = state.instances.filter((each) => !exists(each, now));
  const last = ended.toSorted((left, right) => (left.end?.at ?? 0) - (right.end?.at ?? 0)).at(-1);
  return last?.id ?? next;
}

function applyFaults({ state, takeFault, now }: Renting, instance: Instance): void {
  for (const name of lifeFaults) {
    const fault = takeFault(name);
    if (fault !== undefined) applyAtCreate(instance, name, fault.forMs);
  }
  const name = sentinelIn(instance);
  const times = name === null ? undefined : sentinelTimes[name];
  if (name === null || times === undefined) return;
  state.faults.push(faultOf({ name, times, instanceId: String(instance.id) }, now));
}

/** The fault that a create request names in `SIM_FAULT`. */
export function sentinelIn({ env }: { readonly env?: unknown }): FaultName | null {
  const name = isRow(env) ? env.SIM_FAULT : undefined;
  return typeof name === 'string' && isFaultName(name) ? name : null;
}

function readRequest(body: Row): RentRequest {
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

/** True by default for on-demand. False by default for bids, which leave a queued contract. */
function cancelsIfTaken({ cancel_unavail, price }: Row): boolean {
  return cancel_unavail === undefined ? !isBid(price) : cancel_unavail === true;
}

/** An environment that is not an object is ignored, without an error. */
function readEnv(env: unknown): Record<string, string> {
  if (!isRow(env)) return {};
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The provider's response to the first invalid field of the request, or null. */
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
