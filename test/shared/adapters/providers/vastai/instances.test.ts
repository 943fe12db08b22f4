// Get, list, destroy and keys: only a reply that states it is an absence.

import { describe, expect, it } from 'vitest';
import { createVastai } from '../../../../../shared/adapters/providers/vastai/vastai.ts';
import { brandId, InstanceId } from '../../../../../shared/core/base/ids.ts';
import { type Answer, serve, serveInTurn } from '../loopback.ts';
import { aRow } from './replies.ts';

const id = brandId(InstanceId, '312');

async function against(...answers: readonly Answer[]) {
  const { options, asked } = await serveInTurn(...answers);
  return { vastai: createVastai(options), asked, options };
}

const ok = (body: unknown): Answer => ({ status: 200, body });

describe('get', () => {
  it('requests one instance by its number', async () => {
    const { vastai, asked } = await against(ok({ instances: aRow() }));
    expect(await vastai.get(id)).toMatchObject({ id: '312', status: 'running' });
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/api/v0/instances/312/' });
  });

  it.each<[string, Answer]>([
    ['null', ok({ instances: null })],
    ['no such instance', { status: 404, body: { success: false, error: 'no_such_instance' } }],
  ])('is absent when the reply is %s', async (_name, answer) => {
    const { vastai } = await against(answer);
    expect(await vastai.get(id)).toBe('absent');
  });

  it.each<[string, string, Answer]>([
    ['Unauthorised', 'a bad key', { status: 404, body: { error: 'auth_error' } }],
    ['BadReply', 'a page of a gateway', { status: 404, body: '<html>' }],
    ['BadReply', 'an empty object', ok({})],
    ['BadReply', 'an empty list', ok({ instances: [] })],
    ['BadReply', 'another instance', ok({ instances: aRow({ id: '313' }) })],
    ['BadReply', 'an instance without a readable id', ok({ instances: { ...aRow(), id: {} } })],
    ['BadReply', 'a success in HTML', ok('<html>')],
    ['ProviderDown', 'a broken connection', 'hang up'],
    ['ProviderDown', 'a server error', { status: 500 }],
    ['RateLimited', 'too many calls', { status: 429, body: 'API requests too frequent' }],
  ])('throws %s and is not absent after %s', async (name, _what, answer) => {
    const { vastai } = await against(answer);
    await expect(vastai.get(id)).rejects.toMatchObject({ name });
  });
});

const page = (ids: readonly number[], more: object = {}): Answer =>
  ok({ success: true, instances: ids.map((row) => ({ ...aRow(), id: row })), ...more });

describe('list', () => {
  it('reads all pages, each with a pass', async () => {
    const { vastai, asked, options } = await against(
      page([1, 2], { next_token: 'a', total_instances: 5 }),
      page([3, 4], { next_token: 'b', total_instances: 5 }),
      page([5], { next_token: null, total_instances: 5 }),
    );
    expect((await vastai.list()).map((instance) => instance.id)).toEqual(['1', '2', '3', '4', '5']);
    expect(asked.map(({ query }) => query.get('after_token'))).toEqual([null, 'a', 'b']);
    expect(asked.every(({ path }) => path === '/api/v1/instances/')).toBe(true);
    expect(options.taken).toEqual(['list', 'list', 'list']);
  });

  it('is empty when the account is', async () => {
    const { vastai } = await against(page([], { total_instances: 0 }));
    expect(await vastai.list()).toEqual([]);
  });

  it('ends at an empty token', async () => {
    const { vastai } = await against(page([1], { next_token: '', total_instances: 1 }));
    expect(await vastai.list()).toHaveLength(1);
  });

  it('is not complete without a total', async () => {
    const { vastai } = await against(page([], { next_token: null }));
    await expect(vastai.list()).rejects.toMatchObject({
      name: 'BadReply',
      message: expect.stringContaining('no total'),
    });
  });

  it('accepts an instance that is gone by the last page', async () => {
    const { vastai } = await against(
      page([1, 2], { next_token: 'a', total_instances: 3 }),
      page([3], { total_instances: 2 }),
    );
    expect(await vastai.list()).toHaveLength(3);
  });

  it.each<[string, readonly Answer[]]>([
    ['it has fewer items than its total', [page([1], { total_instances: 2 })]],
    [
      'one instance is on two pages and another is missing',
      [page([1], { next_token: 'a' }), page([1], { total_instances: 2 })],
    ],
    ['a page repeats without end', [page([1], { next_token: 'a' })]],
    ['no row has an id', [ok({ instances: [{ label: 'x' }, null] })]],
    ['the reply has no list', [ok({ success: true })]],
    [
      'the reply is an error with the status of a success',
      [ok({ success: false, error: 'oops', instances: [] })],
    ],
  ])('throws BadReply when %s', async (_name, answers) => {
    const { vastai } = await against(...answers);
    await expect(vastai.list()).rejects.toMatchObject({ name: 'BadReply' });
  });

  it.each<[string, object]>([
    ['ssh_port', { ssh_port: '' }],
    ['label', { label: 123 }],
    ['status_msg', { status_msg: {} }],
    ['id', { id: null }],
  ])('has every instance when one row has an unreadable %s', async (field, change) => {
    const rows = [aRow({ id: '1' }), { ...aRow({ id: '2' }), ...change }, aRow({ id: '3' })];
    const { vastai } = await against(ok({ instances: rows, total_instances: 3 }));
    const listed = await vastai.list();
    expect(listed.map(({ unreadable }) => unreadable)).toEqual([[], [field], []]);
    expect(listed.map((instance) => instance.id)).toEqual([
      '1',
      field === 'id' ? 'unreadable-2' : '2',
      '3',
    ]);
  });

  it('has every instance when a number is NaN', async () => {
    const rows = [
      { ...aRow(), gpu_temp: 'X' },
      { ...aRow({ id: '2' }), dph_total: 'Y' },
    ];
    const body = JSON.stringify({ instances: rows, total_instances: 2, note: 'NaN, "Infinity"' })
      .replace('"X"', 'NaN')
      .replace('"Y"', '-Infinity');
    const { vastai } = await against({ status: 200, body });
    const listed = await vastai.list();
    expect(listed.map(({ rate, unreadable }) => [rate, unreadable])).toEqual([
      [802_100, []],
      [null, ['dph_total']],
    ]);
  });

  it('shows an instance without a readable id, and no call accepts its placeholder', async () => {
    const { vastai, asked } = await against(ok({ instances: [aRow(), null], total_instances: 2 }));
    const [, odd] = await vastai.list();
    expect(odd?.id).toBe('unreadable-2');
    const placeholder = brandId(InstanceId, 'unreadable-2');
    await expect(vastai.destroy(placeholder)).rejects.toMatchObject({ name: 'BadReply' });
    await expect(vastai.get(placeholder)).rejects.toMatchObject({ name: 'BadReply' });
    expect(asked).toHaveLength(1);
  });

  it('throws BadReply after too many pages', async () => {
    const { options, asked } = await serve((_asked, nth) => page([nth], { next_token: `${nth}` }));
    await expect(createVastai(options).list()).rejects.toMatchObject({ name: 'BadReply' });
    expect(asked).toHaveLength(400);
  });

  it('throws ProviderDown and returns no part when the second page fails', async () => {
    const { vastai } = await against(page([1], { next_token: 'a' }), { status: 500 });
    await expect(vastai.list()).rejects.toMatchObject({ name: 'ProviderDown' });
  });
});

describe('destroy', () => {
  it('sends one call', async () => {
    const { vastai, asked } = await against(ok({ success: true }));
    expect(await vastai.destroy(id)).toBe('accepted');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'DELETE', path: '/api/v0/instances/312/' });
  });

  it.each(['no_such_instance', 'not_found'])('is absent after %s', async (error) => {
    const { vastai } = await against({ status: 404, body: { success: false, error } });
    expect(await vastai.destroy(id)).toBe('absent');
  });

  it.each<[string, Answer]>([
    ['RateLimited', { status: 429 }],
    ['ProviderDown', { status: 503 }],
    ['ProviderDown', 'hang up'],
    ['Unauthorised', { status: 404, body: { error: 'auth_error' } }],
    ['BadReply', { status: 404, body: '<html>' }],
    ['BadReply', ok('<html>')],
    ['BadReply', ok({ success: false, error: 'busy' })],
  ])('throws %s when the instance may still run', async (name, answer) => {
    const { vastai } = await against(answer);
    await expect(vastai.destroy(id)).rejects.toMatchObject({ name });
  });
});

describe('attaching a key', () => {
  it('posts the key', async () => {
    const { vastai, asked } = await against(ok({ success: true }));
    expect(await vastai.attachKey(id, 'ssh-ed25519 A')).toBe('attached');
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/api/v0/instances/312/ssh/',
      body: { ssh_key: 'ssh-ed25519 A' },
    });
  });

  it.each<[string, Answer]>([
    ['a refusal', { status: 400, body: { success: false, error: 'no_ssh_key' } }],
    ['a broken connection', 'hang up'],
    ['a bad key', { status: 401 }],
  ])('is refused after %s', async (_name, answer) => {
    const { vastai } = await against(answer);
    expect(await vastai.attachKey(id, 'ssh-ed25519 A')).toBe('refused');
  });
});
