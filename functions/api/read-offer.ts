// GET /v1/offers/{id}

import { listedOfferView } from '../../shared/api/views/menu.ts';
import { readOffer } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readOffer', readOffer, async (run, { params, query, now }) =>
  listedOfferView(await run({ id: params.id, diskGb: query.diskGb }), {
    diskGb: query.diskGb,
    now,
  }),
);
