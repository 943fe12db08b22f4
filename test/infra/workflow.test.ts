// What the state machine does when AWS fails its own functions: no such failure ends a lease.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';

const Retrier = z.object({ ErrorEquals: z.array(z.string()) });
const State = z.object({ Retry: z._default(z.array(Retrier), []) });
const Machine = z.object({ States: z.record(z.string(), State) });
const file = new URL('../../state-machines/lease.asl.json', import.meta.url);
const { States } = Machine.parse(JSON.parse(readFileSync(file, 'utf8')));
const retriers = Object.entries(States).flatMap(([state, { Retry }]) =>
  Retry.map(({ ErrorEquals }) => ({ state, errors: ErrorEquals })),
);

it.each(retriers.filter(({ errors }) => errors.includes('StoreDown')))(
  'retries a call that AWS refuses, like one that fails: $state',
  ({ errors }) => {
    expect(errors).toContain('AccessDenied');
  },
);
