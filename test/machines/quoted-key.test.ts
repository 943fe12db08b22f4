// The provider quotes our key in its errors and status texts: no part of it gets into the events
// that a consumer reads, into stored records, or into the log.

import { describe, expect, it } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { leaseWorld } from '../support/worlds/lease.ts';

const VARIANTS = [0, 1, 2, 3, 4, 5];

/** Each form of the key that the simulator quotes has one of these parts. */
function partsOf(key: string): readonly string[] {
  const base64 = Buffer.from(key).toString('base64');
  const afterUser = Buffer.from(`user:${key}`).toString('base64').slice(8, -4);
  return [key, base64.slice(0, -2), afterUser].flatMap((form) => [
    form.slice(0, 8),
    form.slice(-8),
  ]);
}

describe('a quoted key', () => {
  it.each(VARIANTS)('is in no event, record or log line, in form %i', async (variant) => {
    const lines: LogLine[] = [];
    const world = await leaseWorld({ log: (line) => void lines.push(line) });
    const key = world.service.runtime.config.providers[firstProvider]?.keys.apiKey ?? '';
    const quote = (operation: 'create' | 'get' | 'list' | 'destroy' | 'attach-key') =>
      world.market.addFault({ name: 'quoted-key', operation, variant, times: 1 });
    quote('create');
    const refused = await world.request();
    await world.untilState(refused, 'ended');
    quote('get');
    quote('attach-key');
    const { id } = await world.active();
    quote('list');
    const record = await world.sweep();
    quote('destroy');
    await world.end(id);
    const kept: unknown[] = [record, lines];
    for (const lease of [refused, id]) {
      const { body } = await world.ask('readEvents', { params: { id: lease }, query: {} });
      kept.push(body, await world.lease(lease));
    }
    const text = JSON.stringify(kept);
    expect(text).toContain('was not understood');
    expect(text).toContain('***');
    for (const part of partsOf(key)) expect(text).not.toContain(part);
    await world.close();
  });
});
