// The menu: what can be leased now, from snapshots only, and how fresh it is.

import { menuRoutes } from '../shared/api/contract/menu.ts';
import { OfferPlace } from '../shared/api/requests/menu.ts';
import { listedOfferView, offersView } from '../shared/api/views/menu.ts';
import { healthView } from '../shared/api/views/operations.ts';
import { listOffers, readHealth, readOffer } from '../shared/app/lease.ts';
import { list } from './wrap/list.ts';
import { api, routes } from './wrap/routes.ts';

export const handler = routes(menuRoutes, {
  listOffers: list(listOffers, async (run, { query, now, cursors }) => {
    const { gpuName, gpuCount, minVramGb, diskGb, limit, cursor } = query;
    const gpuNames = gpuName === undefined ? [] : [gpuName];
    const any = { countries: [], providers: [] };
    const requirement = { gpuNames, gpuCount, minVramGb, diskGb, ...any };
    const after = cursors.read(OfferPlace, cursor);
    return offersView(await run({ requirement, after, limit }), { diskGb, now }, cursors);
  }),

  readOffer: api(readOffer, async (run, { params, query: { diskGb }, now }) =>
    listedOfferView(await run({ id: params.id, diskGb }), { diskGb, now }),
  ),

  readHealth: api(readHealth, async (run) => healthView(await run())),
});
