// What a data folder keeps besides records: the keys it was made with, whether its market is real,
// and where its time stands. A folder never changes its market: real instances looked for at a
// simulator would seem to be gone.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Failure } from '../shared/core/base/failure.ts';
import { DeploymentId } from '../shared/core/base/ids.ts';
import { keptText, readPrivate, writePrivate } from './files/private-file.ts';

const hexKey = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Settings = z.object({
  market: z.enum(['simulated', 'real']),
  deployment: DeploymentId,
  tagKey: hexKey,
  /** Signs the cursors of lists. */
  cursorKey: hexKey,
  /** What the keys of the simulators are made of. */
  simulatorKey: hexKey,
});
export type Settings = z.infer<typeof Settings>;

/** Simulated time: `simStart` at the real instant `realStart`, `scale` times as fast from there. */
const TimeOrigin = z.object({
  realStart: z.number(),
  simStart: z.number(),
  scale: z.number().check(z.gte(1)),
});
export type TimeOrigin = z.infer<typeof TimeOrigin>;

function parsed<Value>(schema: z.ZodMiniType<Value>, text: string, path: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure('BadConfig', `${path} can't be understood`, { cause });
  }
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const textOf = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The settings of the data folder, made the first time. Throws BadConfig when they are damaged or
 * belong to the other market.
 */
export async function openSettings(folder: string, market: Settings['market']): Promise<Settings> {
  const path = join(folder, 'settings.json');
  // Two laptops may share an account of a provider: a drawn id keeps their instances apart.
  const deployment = `local${hex(3)}`;
  const keys = () => ({ tagKey: hex(32), cursorKey: hex(32), simulatorKey: hex(32) });
  const fresh = () => textOf({ market, deployment, ...keys() });
  const settings = parsed(Settings, await keptText(path, fresh), path);
  if (settings.market === market) return settings;
  const hint = 'start it as before, or name another folder with --data';
  throw new Failure('BadConfig', `${folder} holds leases of ${settings.market} instances: ${hint}`);
}

export const timeAt = ({ realStart, simStart, scale }: TimeOrigin, real: number): number =>
  simStart + (real - realStart) * scale;

/**
 * Where simulated time comes from, written to `path`. It runs on while nobody looks; with another
 * scale it goes on from where it stands at `real`, the present instant of real time.
 */
export async function openTime(path: string, scale: number, real: number): Promise<TimeOrigin> {
  const text = await readPrivate(path);
  const before = text === null ? null : parsed(TimeOrigin, text, path);
  if (before?.scale === scale) return before;
  const simStart = before === null ? real : timeAt(before, real);
  const origin = { realStart: real, simStart, scale };
  await writePrivate(path, textOf(origin));
  return origin;
}
