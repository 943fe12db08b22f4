// Waits for a lease, against a server whose lease moves on with each read.

import { describe, expect, it } from 'vitest';
import type { Lease, LeaseEvent } from '../../../clients/client/replies.ts';
import { sleepFor } from '../../../clients/client/transport.ts';
import { aLease, anActiveLease, anEndedLease, anEvent, LEASE_ID } from '../builders.ts';
import { type Answer, type Asked, serveScript } from './scripted.ts';

type Moment = { readonly lease: Lease; readonly events: readonly LeaseEvent[] };

/** One moment for each read of the lease; an event is returned once. */
function living(...moments: readonly Moment[]) {
  let looks = 0;
  return ({ route, query }: Asked): Answer => {
    if (route === 'readLease') looks += 1;
    const seen = moments.slice(0, looks);
    if (route === 'readLease') return { body: (seen.at(-1) ?? moments.at(-1))?.lease };
    const after = Number(query['cursor'] ?? 0);
    const events = seen.flatMap((moment) => moment.events).filter(({ seq }) => seq > after);
    return { body: { events, nextCursor: String(events.at(-1)?.seq ?? after) } };
  };
}

const quiet = (lease: Lease): Moment => ({ lease, events: [] });

describe('waiting', () => {
  it('passes each event on once and in order, including the last one', async () => {
    const { client } = await serveScript(
      living(
        { lease: aLease(), events: [anEvent(1, 'lease-requested'), anEvent(2, 'offer-chosen')] },
        quiet(aLease({ state: 'booting' })),
        { lease: anActiveLease(), events: [anEvent(3, 'lease-active')] },
      ),
    );
    const seen: string[] = [];
    const onEvent = ({ type }: LeaseEvent) => void seen.push(type);
    const lease = await client.waitFor(LEASE_ID, 'active', { onEvent });
    expect(lease).toEqual(anActiveLease());
    expect(seen).toEqual(['lease-requested', 'offer-chosen', 'lease-active']);
  });

  it('reads less often while nothing happens, and often again after an event', async () => {
    const booting = quiet(aLease({ state: 'booting' }));
    const { client, pauses } = await serveScript(
      living(
        ...Array<Moment>(10).fill(booting),
        { lease: booting.lease, events: [anEvent(1, 'attempt-failed')] },
        quiet(anActiveLease()),
      ),
    );
    await client.waitFor(LEASE_ID, 'active', { onEvent: () => undefined });
    expect(pauses.slice(0, 3)).toEqual([250, 375, 562.5]);
    expect(pauses[9]).toBe(5_000);
    expect(pauses[10]).toBe(250);
  });

  it('returns a lease that can no longer reach the state', async () => {
    const ending = aLease({ state: 'ending', endReason: 'no-offer' });
    const { client } = await serveScript(living(quiet(aLease()), quiet(ending)));
    expect(await client.waitFor(LEASE_ID, 'active')).toEqual(ending);
  });

  it('waits from ending to ended', async () => {
    const ending = quiet(aLease({ state: 'ending', endReason: 'released' }));
    const { client } = await serveScript(living(ending, quiet(anEndedLease())));
    expect((await client.waitFor(LEASE_ID, 'ended')).state).toBe('ended');
  });

  it('reads no events without onEvent', async () => {
    const { client, asked } = await serveScript(living(quiet(anActiveLease())));
    await client.waitFor(LEASE_ID, 'active');
    expect(asked.map(({ route }) => route)).toEqual(['readLease']);
  });

  it('times out after its limit', async () => {
    const { client } = await serveScript(living(quiet(aLease())));
    const work = client.waitFor(LEASE_ID, 'active', { timeoutMs: 20 });
    await expect(work).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('times out during a real pause with the same error', async () => {
    const pause = sleepFor(60_000, AbortSignal.timeout(5));
    await expect(pause).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('rejects with the reason of its signal', async () => {
    const controller = new AbortController();
    const { client, asked } = await serveScript(living(quiet(aLease())));
    const onEvent = () => undefined;
    const work = client.waitFor(LEASE_ID, 'active', { signal: controller.signal, onEvent });
    while (asked.length < 4) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});
