// GET /v1/offers/{id}

import { seenOfferView } from '../../shared/api/views.ts';
import { readOffer } from '../../shared/app.ts';
import { api } from '../wrap.ts';

export const handler = api('readOffer', readOffer, async (run, { params, query, now }) =>
  seenOfferView(await run({ id: params.id, diskGb: query.diskGb }), query.diskGb, now),
);
