// GET /v1/offers: the menu, from snapshots only.

import { OfferCursor, readCursor } from '../../shared/api/cursor.ts';
import { offersView } from '../../shared/api/views/menu.ts';
import { listOffers } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('listOffers', listOffers, async (run, { query, now }) => {
  const { gpuName, gpuCount, minVramGb, diskGb, limit, cursor } = query;
  const gpuNames = gpuName === undefined ? [] : [gpuName];
  const any = { countries: [], providers: [] };
  const requirement = { gpuNames, gpuCount, minVramGb, diskGb, ...any };
  const after = readCursor(OfferCursor, cursor);
  return offersView(await run({ requirement, after, limit }), { diskGb, now });
});
