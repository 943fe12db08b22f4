// Lists and their cursors, and who sees what: a consumer its own leases, an operator all of them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSUMER_ARN } from '../../local/demo/world.ts';
import { type LeaseWorld, leaseWorld, OPERATOR, STRANGER } from '../support/worlds/lease.ts';

type Page<Name extends string, Row> = Record<Name, Row[]> & { nextCursor: string | null };
type Leases = Page<'leases', { id: string }>;
type Offers = Page<'offers', { id: string; microUsdPerHour: number }>;
type Events = Page<'events', { seq: number }>;

let world: LeaseWorld;
let ids: string[];
beforeAll(async () => {
  world = await leaseWorld();
  ids = [];
  for (let n = 0; n < 5; n += 1) {
    await world.pass(1_000);
    ids.unshift(await world.request({ gpuNames: ['RTX 9999'] }));
  }
});
afterAll(() => world.close());

const list = async <Body>(
  route: 'listLeases' | 'listOffers' | 'readEvents',
  query: Record<string, string>,
  more: { userArn?: string; params?: Record<string, string> } = {},
): Promise<Body> => {
  const reply = await world.ask(route, { query, ...more });
  expect(reply.status).toBe(200);
  return reply.body as Body;
};

describe('a list of leases', () => {
  it('is the newest first, page by page, each lease once', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: Record<string, string> = { limit: '2', ...(cursor !== '' && { cursor }) };
      const page: Leases = await list('listLeases', query);
      seen.push(...page.leases.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  it('of another consumer is forbidden, and is empty where nothing is ours', async () => {
    const consumer = '123456789012/trainer';
    const refused = await world.ask('listLeases', { query: { consumer }, userArn: STRANGER });
    expect(refused).toMatchObject({ status: 403, body: { field: 'consumer' } });
    const own = await list<Leases>('listLeases', {}, { userArn: STRANGER });
    expect(own).toEqual({ leases: [], unreadable: [], nextCursor: null });
  });

  it("refuses another's cursor, and that of another list", async () => {
    const refused = { status: 400, body: { field: 'cursor', retryable: false } };
    const { nextCursor } = await list<Leases>('listLeases', { limit: '1' });
    const query = { cursor: nextCursor ?? '' };
    expect(await world.ask('listLeases', { query, userArn: STRANGER })).toMatchObject(refused);
    expect(await world.ask('listOffers', { query })).toMatchObject(refused);
    expect((await list<Leases>('listLeases', query)).leases).not.toEqual([]);
  });

  it('refuses a cursor that was edited', async () => {
    const { nextCursor } = await list<Leases>('listLeases', { limit: '1' });
    const [text = '', mac] = (nextCursor ?? '').split('.');
    const place = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const edited = JSON.stringify({ ...place, requestedAt: place.requestedAt + 1 });
    const query = { cursor: `${Buffer.from(edited).toString('base64url')}.${mac}` };
    const reply = await world.ask('listLeases', { query });
    expect(reply).toMatchObject({ status: 400, body: { field: 'cursor' } });
  });

  it('shows an operator those of the consumer it names', async () => {
    const query = { consumer: '123456789012/trainer' };
    const page = await list<Leases>('listLeases', query, { userArn: OPERATOR });
    expect(page.leases.map(({ id }) => id)).toEqual(ids);
  });

  it.each(['nonsense', Buffer.from('{"id":"x"}').toString('base64url'), '%%%'])(
    'refuses the cursor %s and names it',
    async (cursor) => {
      const reply = await world.ask('listLeases', { query: { cursor } });
      expect(reply).toMatchObject({ status: 400, body: { field: 'cursor' } });
    },
  );
});

describe('a list of offers', () => {
  it('is in order of price over all its pages, each offer once', async () => {
    const whole = await list<Offers>('listOffers', { limit: '300' });
    const seen: Offers['offers'] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: Record<string, string> = { limit: '50', ...(cursor !== '' && { cursor }) };
      const page: Offers = await list('listOffers', query);
      seen.push(...page.offers);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(whole.offers);
    const rates = seen.map(({ microUsdPerHour }) => microUsdPerHour);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });

  it('holds each offer that can be read by its id', async () => {
    const { offers } = await list<Offers>('listOffers', { limit: '1' });
    const reply = await world.ask('readOffer', { params: { id: offers[0]?.id ?? '' } });
    expect(reply).toMatchObject({ status: 200, body: offers[0] });
  });

  it('knows no offer that is not on the menu', async () => {
    const reply = await world.ask('readOffer', { params: { id: 'vastai_1' } });
    expect(reply).toMatchObject({ status: 404, body: { field: 'id' } });
  });
});

describe("a lease's events", () => {
  it('go on where the cursor of the last page left off', async () => {
    const [id = ''] = ids;
    await world.until(async () => world.service.engine.running().length === 0);
    const first = await list<Events>('readEvents', {}, { params: { id } });
    const cursor = first.nextCursor ?? '';
    const second = await list<Events>('readEvents', { cursor }, { params: { id } });
    expect(first.events.map(({ seq }) => seq)).toEqual(first.events.map((_, place) => place + 1));
    expect(second).toEqual({ events: [], nextCursor: cursor });
  });
});

describe('an operator', () => {
  it('reads and releases any lease, and the events say who it was', async () => {
    const { id } = await world.active();
    const read = await world.ask('readLease', { params: { id }, userArn: OPERATOR });
    expect(read.status).toBe(200);
    const reply = await world.ask('deleteLease', { params: { id }, userArn: OPERATOR });
    expect(reply).toMatchObject({ status: 202, body: { state: 'ending' } });
    const events = await world.ask('readEvents', { params: { id } });
    expect(JSON.stringify(events.body)).toContain('123456789012/operator');
  });
});

describe('health', () => {
  it('is ok while the menu is fresh, and degraded when it has grown old', async () => {
    const frozen = await leaseWorld({ freshMenu: false });
    const ask = () => frozen.ask('readHealth', { userArn: CONSUMER_ARN });
    expect(await ask()).toMatchObject({ status: 200, body: { status: 'ok' } });
    await frozen.pass(31 * 60_000);
    expect(await ask()).toMatchObject({ body: { status: 'degraded', menus: [{ usable: false }] } });
    await frozen.close();
  });
});
