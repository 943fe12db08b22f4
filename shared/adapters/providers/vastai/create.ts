// Creates an instance from an offer. This call is never repeated: without a definite response, an
// instance may exist, and only its label identifies it. A contract number in any reply is an
// instance that bills, even with `success: false`.

import { brandId, InstanceId } from '../../../core/base/ids.ts';
import { type CreateOutcome, type LaunchSpec, redactEnv } from '../../../core/instance/launch.ts';
import type { Offer } from '../../../core/instance/offer.ts';
import type { Tag } from '../../../core/instance/ownership.ts';
import type { HttpAnswer } from '../http.ts';
import type { Api } from './call.ts';
import { CREATE_TIMEOUT, MAX_ONSTART_BYTES } from './card.ts';
import { shorten, type Trouble, troubleOf } from './errors.ts';
import { numericId } from './ids.ts';
import { Created } from './wire.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Starts the agent. CONTAINER_ID and CONTAINER_API_KEY belong to the instance; the key can start,
 * stop and destroy only this instance (documentation).
 */
const agentLines = (agent: string, baseUrl: string): readonly string[] => [
  `echo ${agent}|base64 -d|gunzip>~/.gpu-shopper`,
  `export GPU_SHOPPER_DESTROY_URL=${quoted(`${baseUrl}/api/v0/instances/`)}$CONTAINER_ID/`,
  'export GPU_SHOPPER_DESTROY_KEY=$CONTAINER_API_KEY',
  // An image may put other programs first.
  'PATH=/usr/bin:/bin:$PATH LD_PRELOAD= nohup sh ~/.gpu-shopper >~/.gpu-shopper.log 2>&1 &',
];

/**
 * The adapter's own lines, then the start script. Some hosts ignore keys that are attached later
 * (reports of 2026), so the lines install the key. Without `.no_auto_tmux`, a login shell is tmux
 * (documentation).
 */
export function onstartOf(spec: LaunchSpec, baseUrl: string): string {
  return [
    'mkdir -p ~/.ssh; chmod 700 ~/.ssh; touch ~/.no_auto_tmux',
    `echo ${quoted(spec.sshPublicKey.trim())} >> ~/.ssh/authorized_keys`,
    'chmod 600 ~/.ssh/authorized_keys',
    ...(spec.agent === null ? [] : agentLines(spec.agent, baseUrl)),
    spec.startScript,
  ].join('\n');
}

function bodyOf(tag: Tag, spec: LaunchSpec, onstart: string) {
  return {
    client_id: 'me',
    image: spec.image,
    disk: spec.diskGb,
    label: tag,
    // Sic: the names that Vast.ai's own client sends for direct SSH and SSH by proxy.
    runtype: 'ssh_direc ssh_proxy',
    // An object: a string of flags is accepted but not applied (documentation, guide).
    env: spec.env,
    onstart,
    // Otherwise, if the offer is taken, a stopped contract is created that bills its disk.
    cancel_unavail: true,
  };
}

function outcomeOf(trouble: Trouble): CreateOutcome {
  const { kind, reason } = trouble;
  switch (kind) {
    case 'offer-gone':
    case 'no-funds':
    case 'rate-limited':
    case 'refused':
      return { kind, reason };
    case 'unauthorised':
    case 'no-instance':
      return { kind: 'refused', reason };
    case 'no-reply':
    case 'down':
    case 'garbled':
      return { kind: 'outcome-unknown', reason };
  }
}

/** The outcome of a response to create. */
export function readCreate(answer: HttpAnswer): CreateOutcome {
  const json = answer.kind === 'reply' ? answer.json : undefined;
  const created = Created.safeParse(json);
  const contract = created.data?.new_contract ?? null;
  if (contract !== null) {
    return { kind: 'launched', instanceId: brandId(InstanceId, contract) };
  }
  if (!created.success && typeof json === 'object' && json !== null) {
    return { kind: 'outcome-unknown', reason: 'the reply has a contract number that is not valid' };
  }
  const trouble = troubleOf(answer);
  if (trouble !== null) return outcomeOf(trouble);
  return { kind: 'outcome-unknown', reason: 'the reply reports success without a contract number' };
}

/** Redacts the values of `env`, since a refusal may quote the request. */
function redactOutcome(outcome: CreateOutcome, spec: LaunchSpec): CreateOutcome {
  if (outcome.kind === 'launched') return outcome;
  return { ...outcome, reason: shorten(redactEnv(outcome.reason, spec.env)) };
}

/** Sends one call of at most `CREATE_TIMEOUT`. Never safe to repeat; never throws. */
export async function create(
  api: Api,
  offer: Offer,
  launch: { readonly tag: Tag; readonly spec: LaunchSpec },
): Promise<CreateOutcome> {
  const onstart = onstartOf(launch.spec, api.baseUrl);
  const bytes = Buffer.byteLength(onstart);
  if (bytes > MAX_ONSTART_BYTES) {
    const reason = `start script, key and agent: ${bytes} bytes; at most ${MAX_ONSTART_BYTES}`;
    return { kind: 'refused', reason };
  }
  const answer = await api.send({
    method: 'PUT',
    path: `/api/v0/asks/${numericId(offer.providerOfferId)}/`,
    body: bodyOf(launch.tag, launch.spec, onstart),
    timeout: CREATE_TIMEOUT,
    // The pass was taken before the intent: nothing stands between the two.
    callClass: null,
    isRead: false,
  });
  return redactOutcome(readCreate(answer), launch.spec);
}
