// The calls for existing instances. An instance is absent only when the provider's reply states it;
// an error, a bad key or a partial listing never proves it. An unreadable row of a listing is an
// instance whose unreadable fields are unknown.

import { Failure } from '../../../core/base/failure.ts';
import type { InstanceId } from '../../../core/base/ids.ts';
import type { Instance } from '../../../core/instance/instance.ts';
import { type Api, endpointOf, nextOf, read, walkPages } from './call.ts';
import { CALL_TIMEOUT, card } from './card.ts';
import { failureOf, troubleOf } from './errors.ts';
import { numericId } from './ids.ts';
import { instanceOf } from './instance.ts';
import { InstancePage, OneInstance, readWire } from './wire.ts';

/** The start of the id of an instance whose row has no readable id. */
const PLACEHOLDER = 'unreadable-';

/** Throws BadReply for a placeholder. */
function pathOf(id: InstanceId): string {
  if (id.startsWith(PLACEHOLDER)) {
    throw new Failure('BadReply', `vastai: the id of instance ${id} could not be read`);
  }
  return `/api/v0/instances/${numericId(id)}/`;
}

/** One instance; `absent` when the reply is null (live) or `no_such_instance` (reports). */
export async function getInstance(api: Api, id: InstanceId): Promise<Instance | 'absent'> {
  const call = { method: 'GET', path: pathOf(id) } as const;
  const asked = { ...call, callClass: 'get', timeout: CALL_TIMEOUT, isRead: true } as const;
  const answer = await api.send(asked);
  const trouble = troubleOf(answer);
  if (trouble?.kind === 'no-instance') return 'absent';
  const endpoint = endpointOf(call);
  if (trouble !== null) throw failureOf(trouble, endpoint);
  const json = answer.kind === 'reply' ? answer.json : undefined;
  const { instances: row } = readWire(OneInstance, json, endpoint);
  if (row === null) return 'absent';
  const instance = instanceOf(row, `${PLACEHOLDER}1`);
  if (instance.id === id) return instance;
  throw new Failure('BadReply', `vastai ${endpoint}: the reply has instance ${instance.id}`);
}

const LIST = { method: 'GET', path: '/api/v1/instances/' } as const;
/** The default, which is the maximum. */
const LIST_PAGE_SIZE = '25';

/**
 * Every instance of the account: all pages, or a Failure. Throws BadReply also when no id can be
 * read, since the provider has then changed its format.
 */
export async function listInstances(api: Api): Promise<readonly Instance[]> {
  let rows = 0;
  const instances = await walkPages<Instance>({
    endpoint: endpointOf(LIST),
    needsTotal: card.reportsTotal,
    keyOf: (instance) => instance.id,
    page: async (after) => {
      const query = {
        limit: LIST_PAGE_SIZE,
        order_by: '[{"col":"id","dir":"asc"}]',
        select_cols: '["*"]',
        ...(after === null ? {} : { after_token: after }),
      };
      const page = await read(api, InstancePage, { ...LIST, query, callClass: 'list' });
      return {
        items: page.instances.map((row) => instanceOf(row, `${PLACEHOLDER}${++rows}`)),
        next: nextOf(page.next_token),
        total: page.total_instances ?? null,
      };
    },
  });
  if (instances.length > 0 && instances.every(({ id }) => id.startsWith(PLACEHOLDER))) {
    throw new Failure('BadReply', `vastai ${endpointOf(LIST)}: no row has a readable id`);
  }
  return instances;
}

/** Destroys an instance. Safe to repeat; `accepted` is no proof of absence. */
export async function destroyInstance(api: Api, id: InstanceId): Promise<'accepted' | 'absent'> {
  const call = { method: 'DELETE', path: pathOf(id) } as const;
  const asked = { ...call, callClass: 'destroy', timeout: CALL_TIMEOUT, isRead: false } as const;
  const trouble = troubleOf(await api.send(asked));
  if (trouble === null) return 'accepted';
  if (trouble.kind === 'no-instance') return 'absent';
  throw failureOf(trouble, endpointOf(call));
}

/** Adds a key to an instance; takes effect after 10 to 15 s (documentation). */
export async function attachKey(
  api: Api,
  id: InstanceId,
  publicKey: string,
): Promise<'attached' | 'refused'> {
  const call = { method: 'POST', path: `${pathOf(id)}ssh/`, body: { ssh_key: publicKey } } as const;
  const asked = { ...call, callClass: null, timeout: CALL_TIMEOUT, isRead: false } as const;
  return troubleOf(await api.send(asked)) === null ? 'attached' : 'refused';
}
