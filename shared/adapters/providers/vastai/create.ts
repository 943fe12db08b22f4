// Rents an offer. This call is never repeated: an answer that isn't definite means that an instance
// may exist, and only its label leads to it. A contract number in any reply is an instance that
// bills, even beside `success: false`.

import { brandId, InstanceId } from '../../../core/base/ids.ts';
import type { CreateOutcome, LaunchSpec } from '../../../core/instance/launch.ts';
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
 * Starts the agent. CONTAINER_ID and CONTAINER_API_KEY are the instance's own; the key can start,
 * stop and destroy that one instance and nothing else (documentation).
 */
const agentLines = (agent: string, baseUrl: string): readonly string[] => [
  `echo ${agent}|base64 -d|gunzip>~/.gpu-shopper`,
  `export GPU_SHOPPER_DESTROY_URL=${quoted(`${baseUrl}/api/v0/instances/`)}$CONTAINER_ID/`,
  'export GPU_SHOPPER_DESTROY_KEY=$CONTAINER_API_KEY',
  'nohup sh ~/.gpu-shopper >~/.gpu-shopper.log 2>&1 &',
];

/**
 * The start script behind our own lines. Keys attached later don't arrive on some hosts (reports of
 * 2026), so the key travels along; without the mark, a login shell is tmux (documentation).
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
    // Sic: the names its own client sends for direct SSH with the proxy beside it.
    runtype: 'ssh_direc ssh_proxy',
    // An object: a string of flags is accepted and silently not applied (documentation, guide).
    env: spec.env,
    onstart,
    // Otherwise a taken instance becomes a stopped contract that bills its disk and waits.
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

/** What an answer to create means. */
export function readCreate(answer: HttpAnswer): CreateOutcome {
  const json = answer.kind === 'reply' ? answer.json : undefined;
  const created = Created.safeParse(json);
  const contract = created.data?.new_contract ?? null;
  if (contract !== null) {
    return { kind: 'launched', instanceId: brandId(InstanceId, contract) };
  }
  if (!created.success && typeof json === 'object' && json !== null) {
    return { kind: 'outcome-unknown', reason: 'the contract number is unreadable' };
  }
  const trouble = troubleOf(answer);
  if (trouble !== null) return outcomeOf(trouble);
  return { kind: 'outcome-unknown', reason: 'a success without a contract number' };
}

/** Shorter values hold no secret, and hiding them would hide half the message. */
const MIN_SECRET_LENGTH = 4;

/** Values of `env` are secret, and a refusal may quote the request. */
function forPeople(outcome: CreateOutcome, spec: LaunchSpec): CreateOutcome {
  if (outcome.kind === 'launched') return outcome;
  const secrets = Object.values(spec.env).filter((value) => value.length >= MIN_SECRET_LENGTH);
  const open = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), outcome.reason);
  return { ...outcome, reason: shorten(open) };
}

/** One call, at most `CREATE_TIMEOUT` long. Never safe to repeat, never throws. */
export async function create(
  api: Api,
  offer: Offer,
  launch: { readonly tag: Tag; readonly spec: LaunchSpec },
): Promise<CreateOutcome> {
  const onstart = onstartOf(launch.spec, api.baseUrl);
  const bytes = Buffer.byteLength(onstart);
  if (bytes > MAX_ONSTART_BYTES) {
    const reason = `start script, SSH key and agent take ${bytes} of ${MAX_ONSTART_BYTES} bytes`;
    return { kind: 'refused', reason };
  }
  const answer = await api.send({
    method: 'PUT',
    path: `/api/v0/asks/${numericId(offer.providerOfferId)}/`,
    body: bodyOf(launch.tag, launch.spec, onstart),
    timeout: CREATE_TIMEOUT,
    repeatAfter: null,
  });
  return forPeople(readCreate(answer), launch.spec);
}
