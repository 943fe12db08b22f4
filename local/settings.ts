// The settings of a data folder: its keys, whether its providers are real, and its simulated time.
// A folder never changes between real and simulated providers: the simulator would list none of the
// real instances, and their leases would end as if the instances were gone.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Failure } from '../shared/core/base/failure.ts';
import { DeploymentId } from '../shared/core/base/ids.ts';
import { readOrCreate, readPrivate, writePrivate } from './files/private-file.ts';
import { type Origin, timeAt } from './workflow/clock.ts';

const hexKey = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Settings = z.object({
  market: z.enum(['simulated', 'real']),
  deployment: DeploymentId,
  tagKey: hexKey,
  /** Signs the cursors of lists. */
  cursorKey: hexKey,
  /** Part of the simulators' API keys. */
  simulatorKey: hexKey,
});
export type Settings = z.infer<typeof Settings>;

/** The origin of simulated time, as stored. */
const TimeOrigin = z.object({
  realStart: z.number(),
  simStart: z.number(),
  scale: z.number().check(z.gte(1)),
});

function parseJson<Value>(schema: z.ZodMiniType<Value>, text: string, path: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure(
      'BadConfig',
      `${path} is damaged: restore it from a backup, or choose another folder with --data`,
      { cause },
    );
  }
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const textOf = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The settings of the data folder, which are created at the first start. Throws BadConfig when they
 * are damaged, or when they belong to the other kind of provider.
 */
export async function openSettings(folder: string, market: Settings['market']): Promise<Settings> {
  const path = join(folder, 'settings.json');
  // Two laptops may share a provider account: a random id separates their instances.
  const deployment = `local${hex(3)}`;
  const keys = () => ({ tagKey: hex(32), cursorKey: hex(32), simulatorKey: hex(32) });
  const create = () => textOf({ market, deployment, ...keys() });
  const settings = parseJson(Settings, await readOrCreate(path, create), path);
  if (settings.market === market) return settings;
  const hint = `use it with ${settings.market} providers, or choose another folder with --data`;
  throw new Failure('BadConfig', `${folder} holds leases of ${settings.market} instances: ${hint}`);
}

/**
 * Reads or creates the origin of simulated time in `path`. Time runs on while the service is down.
 * With another scale, it continues from its value at `real`, the current real time.
 */
export async function openTime(path: string, scale: number, real: number): Promise<Origin> {
  const text = await readPrivate(path);
  const before = text === null ? null : parseJson(TimeOrigin, text, path);
  if (before?.scale === scale) return before;
  const simStart = before === null ? real : timeAt(before, real);
  const origin = { realStart: real, simStart, scale };
  await saveTime(path, origin);
  return origin;
}

/** Stores the origin of simulated time, for the next start. */
export const saveTime = (path: string, origin: Origin): Promise<void> =>
  writePrivate(path, textOf(origin));
