// Measures the HTTP front and the menu relative to a server that only sends bytes.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolderBlobs } from '../local/aws/blobs.ts';
import { startChild } from '../local/children.ts';
import { firstProvider } from '../local/markets.ts';
import { createMenuStore } from '../shared/adapters/dynamodb/menu/menu-store.ts';
import type { Table } from '../shared/adapters/dynamodb/table.ts';
import { seconds } from '../shared/core/base/time.ts';
import { Offer } from '../shared/core/instance/offer.ts';
import { anOffer } from '../test/support/builders/instance.ts';
import { openCaller, type Prepared } from './http-caller.ts';
import { ratioOf } from './load.ts';
import { atLeast, type Row } from './row.ts';
import { onService } from './serving.ts';
import { HEARTBEATS_FROM } from './serving-fleet.ts';

const BARE = new URL('./bare-server.ts', import.meta.url);

/** The largest page: the menu and every reply hold all these offers. */
const OFFERS = 300;

async function publish(table: (name: string) => Table, folder: string): Promise<void> {
  const offers = Array.from({ length: OFFERS }, (_, number) => {
    const gpuMicroUsdPerHour = 200_000 + 7 * number;
    const own = {
      id: `${firstProvider}_${number}`,
      providerOfferId: `${number}`,
      hostId: `m${number}`,
    };
    return Offer.parse({ ...anOffer(), ...own, gpuMicroUsdPerHour });
  });
  const blobs = createFolderBlobs(join(folder, 'blobs'));
  const snapshot = { provider: firstProvider, version: 'bench', takenAt: HEARTBEATS_FROM, offers };
  await createMenuStore(table('inventory'), blobs, () => seconds(30)).publish(snapshot);
}

/** `GET /v1/offers` for all offers, relative to a server that sends the same headers and bytes. */
export async function offersRows(): Promise<readonly Row[]> {
  return onService({ leases: 0, fill: publish }, async ({ folder, sign }) => {
    const { call, close } = openCaller();
    const query = { limit: String(OFFERS) };
    const menu = await sign({ method: 'GET', path: '/v1/offers', query });
    const { headers, body } = await call(menu);
    const listed = JSON.parse(body).offers.length;
    if (listed !== OFFERS) throw new Error(`the reply has ${listed} offers, not ${OFFERS}`);

    const answer = join(folder, 'answer.json');
    writeFileSync(answer, JSON.stringify({ headers, body }));
    const onLost = (message: string) => {
      throw new Error(message);
    };
    const bare = await startChild({ name: 'bare server', file: BARE, args: [answer], onLost });
    const same: Prepared = {
      ...menu,
      url: new URL(menu.url.href.replace(menu.url.origin, bare.url)),
    };
    try {
      const value = await ratioOf(
        () => call(menu),
        () => call(same),
      );
      return [atLeast(0.1, { name: 'http-offers', value, unit: 'x bare' })];
    } finally {
      close();
      await bare.end();
    }
  });
}
