// The provider port's contract for a refused key: the adapter reports it whatever the call was, so
// that the process reads its keys again, also where the caller handles the refusal itself.

import { expect, it } from 'vitest';
import type { Offer } from '../../shared/core/instance/offer.ts';
import type { Provider } from '../../shared/ports/provider.ts';
import { at } from '../support/builders/base.ts';
import type { Start } from './harness.ts';
import { anyOffer, aTag, spec, unknownId } from './support.ts';

const { sshPublicKey } = spec;
const calls: Readonly<Record<string, (by: Provider, offer: Offer) => Promise<unknown>>> = {
  search: (by) => by.search(),
  create: (by, offer) => by.create(aTag(), offer, spec),
  attachKey: (by) => by.attachKey(unknownId, sshPublicKey),
  get: (by) => by.get(unknownId),
  list: (by) => by.list(),
  destroy: (by) => by.destroy(unknownId),
  charges: (by) => by.charges(at('12:00'), at('13:00')),
  balance: (by) => by.balance(),
};

export function refusedKeyPromises(begin: Start): void {
  it.each(Object.entries(calls))('is reported by %s', async (_name, call) => {
    const harness = await begin();
    await call(harness.stranger, await anyOffer(harness)).catch(() => undefined);
    expect(harness.refusals()).toBe(1);
  });
}
