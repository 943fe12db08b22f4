// The account's SSH keys. They are copied to each instance at create; a key that is added later is
// not authorized on existing instances.

import type { Reply } from '../../kit/wire.ts';
import type { Context, Request } from '../context.ts';
import { ok, refusal } from '../replies.ts';
import type { SshKey } from '../state.ts';

const userId = 123456;

/** GET /ssh/: the list itself; 404 when there are none. */
export function listAccountKeys({ state }: Context): Reply {
  if (state.accountKeys.length === 0) return refusal(404, 'no_ssh_key', 'No SSH keys found.');
  return { status: 200, body: state.accountKeys.map(keyView) };
}

/** POST /ssh/: a duplicate key is refused. */
export function addAccountKey(context: Context, { body }: Request): Reply {
  const publicKey = textOf(body.ssh_key);
  if (publicKey === null) return noKey;
  const { accountKeys } = context.state;
  if (accountKeys.some((key) => key.publicKey === publicKey)) {
    return refusal(400, 'duplicate_ssh_key', 'This SSH key already exists.');
  }
  const key = newKey(context, publicKey);
  accountKeys.push(key);
  return ok({ success: true, key: keyView(key) });
}

export function changeAccountKey({ state }: Context, { ids, body }: Request): Reply {
  const publicKey = textOf(body.ssh_key);
  const index = state.accountKeys.findIndex(({ id }) => id === ids[0]);
  const key = state.accountKeys[index];
  if (publicKey === null || key === undefined) return noKey;
  const changed = { ...key, publicKey };
  state.accountKeys[index] = changed;
  return ok({ success: true, key: keyView(changed) });
}

export function removeAccountKey({ state }: Context, { ids }: Request): Reply {
  const index = state.accountKeys.findIndex(({ id }) => id === ids[0]);
  if (index < 0) return noKey;
  state.accountKeys.splice(index, 1);
  return ok({ success: true });
}

/** A key with a new id; ids are never reused. */
export function newKey({ state, now }: Pick<Context, 'state' | 'now'>, publicKey: string): SshKey {
  const id = state.nextKeyId;
  state.nextKeyId += 1;
  return { id, publicKey, addedAt: now };
}

const noKey = refusal(400, 'no_ssh_key', 'ssh_key is required and must be known.');

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function keyView({ id, publicKey, addedAt }: SshKey) {
  const created_at = new Date(addedAt).toISOString();
  return { id, user_id: userId, public_key: publicKey, created_at, deleted_at: null };
}
