// GET /v1/health: whether the database answers and the menus are fresh.

import { healthView } from '../../shared/api/views/operations.ts';
import { readHealth } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readHealth', readHealth, async (run) => healthView(await run()));
