// GET /v1/offers: the menu, from snapshots only.

import { OfferPlace } from '../../shared/api/requests/menu.ts';
import { offersView } from '../../shared/api/views/menu.ts';
import { listOffers } from '../../shared/app/lease.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('listOffers', listOffers, async (run, { query, now, cursors }) => {
  const { gpuName, gpuCount, minVramGb, diskGb, limit, cursor } = query;
  const gpuNames = gpuName === undefined ? [] : [gpuName];
  const any = { countries: [], providers: [] };
  const requirement = { gpuNames, gpuCount, minVramGb, diskGb, ...any };
  const after = cursors.read(OfferPlace, cursor);
  return offersView(await run({ requirement, after, limit }), { diskGb, now }, cursors);
});
