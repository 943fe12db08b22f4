// The account's SSH keys, and network traffic in its charges.

import { describe, expect, it } from 'vitest';
import {
  asRow,
  asRows,
  chargesOf,
  create,
  createUp,
  creditOf,
  destroy,
  get,
  MINUTE,
  numberOf,
  START,
  startMarket,
} from '../support.ts';

describe('account keys', () => {
  it('are empty at first, and can be added, changed and removed', async () => {
    const { call } = await startMarket();
    const path = '/api/v0/ssh/';
    expect((await call(`GET ${path}`)).status).toBe(404);
    const added = asRow((await call(`POST ${path}`, { ssh_key: 'ssh-ed25519 AAAA me' })).json.key);
    expect(added).toMatchObject({ public_key: 'ssh-ed25519 AAAA me', deleted_at: null });
    expect(added.created_at).toBe(new Date(START).toISOString());
    const twice = await call(`POST ${path}`, { ssh_key: 'ssh-ed25519 AAAA me' });
    expect([twice.status, twice.text]).toEqual([400, expect.stringContaining('duplicate')]);
    const other = { id: added.id, ssh_key: 'ssh-ed25519 BBBB me' };
    expect((await call(`PUT ${path}${added.id}/`, other)).status).toBe(200);
    expect((await call(`GET ${path}`)).text).toContain('BBBB');
    expect((await call(`DELETE ${path}${added.id}/`)).json).toEqual({ success: true });
    expect((await call(`DELETE ${path}${added.id}/`)).json.error).toBe('no_ssh_key');
    expect((await call(`POST ${path}`, { ssh_key: ' ' })).json.error).toBe('no_ssh_key');
  });

  it('are copied to instances at create, not to older ones', async () => {
    const market = await startMarket();
    const older = await createUp(market);
    await market.call('POST /api/v0/ssh/', { ssh_key: 'ssh-ed25519 AAAA me' });
    const newer = await createUp(market);
    const keysOf = async (id: number) =>
      String((await market.call(`GET /api/v0/instances/${id}/ssh/`)).json.ssh_keys);
    expect(await keysOf(older)).toBe('[]');
    expect(await keysOf(newer)).toContain('AAAA me');
  });

  it('are needed for a virtual machine', async () => {
    const market = await startMarket();
    expect((await create(market, { vm: true })).json.error).toBe('no_ssh_key_for_vm');
    await market.call('POST /api/v0/ssh/', { ssh_key: 'ssh-ed25519 AAAA me' });
    expect((await create(market, { vm: true })).status).toBe(200);
  });
});

describe('traffic', () => {
  it('is charged per byte and direction, at the instant of the transfer', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    const row = await get(market, id);
    const before = await creditOf(market);
    market.simulator.addTraffic({ id: String(id), upGb: 100, downGb: 0.5 });
    const usdPerGb = numberOf(row?.inet_up_cost);
    expect(before - (await creditOf(market))).toBeCloseTo(usdPerGb * 100.5, 5);
    await destroy(market, id);
    market.pass(MINUTE);
    const [charge] = asRows((await chargesOf(market, START, market.now())).results);
    const items = asRows(charge?.items).map(({ type, amount }) => [type, amount]);
    expect(items.map(([type]) => type)).toEqual(['gpu', 'disk', 'bwu', 'bwd']);
    expect(numberOf(items[2]?.[1])).toBeCloseTo(usdPerGb * 100, 2);
    expect(() => market.simulator.addTraffic({ id: String(id), upGb: 1, downGb: 0 })).toThrow(
      'has ended',
    );
  });
});
