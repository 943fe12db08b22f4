// Cursors continue after a page, for the list and the caller they were made for.

import { describe, expect, it } from 'vitest';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import { createCursors } from '../../../shared/api/cursor.ts';
import { CostPlace } from '../../../shared/api/requests/billing.ts';
import { EventPlace, LeasePlace } from '../../../shared/api/requests/lease.ts';
import { EntryPlace, NotePlace } from '../../../shared/api/requests/ledger.ts';
import { OfferPlace } from '../../../shared/api/requests/menu.ts';
import { brandId, ConsumerId } from '../../../shared/core/base/ids.ts';

const signer = createHmacSigner({ current: 'c5'.repeat(32) });
const consumer = brandId(ConsumerId, '123456789012/trainer');
const owner = { route: 'listLeases', consumer };
const cursors = createCursors(owner, signer);

const id = 'k3v9x0c2m5n8q1w4e7r6';
const at = Date.UTC(2026, 10, 21, 12);
const entry = { at, leaseId: id, seq: 3 };
const longest = 'c'.repeat(128);

/** The JSON that a cursor carries. */
const jsonOf = (cursor: string): string =>
  Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString('utf8');
/** A cursor with `json` and the mac of another cursor. */
const withJson = (cursor: string, json: string): string =>
  `${Buffer.from(json).toString('base64url')}.${cursor.split('.')[1]}`;

describe('a cursor', () => {
  it.each([
    ['leases', LeasePlace, { id, requestedAt: at }],
    ['offers', OfferPlace, { id: 'vastai_23456789', rate: 242_800 }],
    ['events', EventPlace, { seq: 0 }],
    ['account events', NotePlace, { at, kind: 'hold-refused', id: 'monthly-budget' }],
    ['entries', EntryPlace, entry],
    ['costs of an account', CostPlace, { consumer: longest, after: entry }],
    ['costs of the next account', CostPlace, { consumer: longest, after: null }],
  ])('of %s is read back unchanged, and fits into a query', (_, schema, place) => {
    const cursor = cursors.write(place) ?? '';
    expect(cursors.read<unknown>(schema, cursor)).toEqual(place);
    expect(cursor).toMatch(/^[\w-]+\.[0-9a-f]{32}$/);
    expect(cursor.length).toBeLessThanOrEqual(500);
  });

  it('is null when there is no next page', () => {
    expect(cursors.write(null)).toBeNull();
    expect(cursors.read(EventPlace, undefined)).toBeNull();
  });
});

describe('a cursor is refused:', () => {
  const good = cursors.write({ seq: 7 }) ?? '';
  const by = (more: Partial<typeof owner>, key = signer): string =>
    createCursors({ ...owner, ...more }, key).write({ seq: 7 }) ?? '';

  it.each([
    ['an empty one', ''],
    ['nonsense', '%%%'],
    ['one without a mac', good.split('.')[0]],
    ['one with an empty mac', `${good.split('.')[0]}.`],
    ['one with a shorter mac', good.slice(0, -1)],
    ['one with a longer mac', `${good}0`],
    ['one with another mac', good.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
    ['one edited to another place', withJson(good, '{"seq":8}')],
    ['one with a field more', withJson(good, '{"seq":7,"at":1}')],
    ['one with spaces in its JSON', withJson(good, `${jsonOf(good)} `)],
    ['one in other base64', good.replace('.', '=.')],
    ['one of another route', by({ route: 'readLedger' })],
    ['one of another consumer', by({ consumer: brandId(ConsumerId, '123456789012/other') })],
    ['one under another key', by({}, createHmacSigner({ current: 'd6'.repeat(32) }))],
  ])('%s, and the field is named', (_, cursor) => {
    expect(cursors.read(EventPlace, good)).toEqual({ seq: 7 });
    expect(() => cursors.read(EventPlace, cursor)).toThrow(
      expect.objectContaining({ name: 'BadRequest', field: 'cursor' }),
    );
  });

  it('one with another kind of place', () => {
    const other = cursors.write({ id, requestedAt: at }) ?? '';
    expect(() => cursors.read(EventPlace, other)).toThrow(
      expect.objectContaining({ name: 'BadRequest', field: 'cursor' }),
    );
  });

  it('one whose route and consumer are the same only when they are joined', () => {
    const ours = createCursors({ route: 'a', consumer: brandId(ConsumerId, 'b/c') }, signer);
    const theirs = createCursors({ route: 'a/b', consumer: brandId(ConsumerId, 'c') }, signer);
    const cursor = theirs.write({ seq: 7 }) ?? '';
    expect(() => ours.read(EventPlace, cursor)).toThrow('cursor');
  });
});
