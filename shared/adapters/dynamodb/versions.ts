// Writes of records that have a version or a start time, under a condition on it. A record that
// can't be read never stops the next write.

import type * as z from 'zod/mini';
import type { Key } from './schema.ts';
import { type Expression, type Item, type Table, tryItem } from './table.ts';

type Versioned = { readonly version: number };

/**
 * Writes a version over the version before. Version 1 also replaces an item that can't be read, as
 * the next version of that item.
 */
export async function putVersion<Value extends Versioned>(
  table: Table,
  key: Key,
  { schema, value }: { readonly schema: z.ZodMiniType<Value>; readonly value: Value },
): Promise<'committed' | 'conflict'> {
  const written = await table.put(key, value, {
    condition: 'attribute_not_exists(#pk) OR #version = :previous',
    values: { ':previous': value.version - 1 },
  });
  if (written === 'written') return 'committed';
  if (value.version > 1) return 'conflict';
  const item = await table.get(key);
  if (item === null || 'value' in tryItem(table, schema, item)) return 'conflict';
  const version = nextVersion(item);
  const replaced = await table.put(key, { ...value, version }, sameVersion(item));
  return replaced === 'written' ? 'committed' : 'conflict';
}

/** The condition that the stored record started earlier, or has no time. */
export function startedLater({ startedAt }: { readonly startedAt: number }): Expression {
  const damaged = 'NOT attribute_type(#startedAt, :number)';
  return {
    condition: `attribute_not_exists(#pk) OR #startedAt < :startedAt OR ${damaged}`,
    values: { ':startedAt': startedAt, ':number': 'N' },
  };
}

/** The version that replaces this item, whatever it says. */
function nextVersion({ version }: Item): number {
  return Number.isSafeInteger(version) ? Number(version) + 1 : 1;
}

/** The condition that nobody has written the item since it was read: every write sets a version. */
function sameVersion({ version }: Item): Expression {
  if (typeof version !== 'number' && typeof version !== 'string') {
    return { condition: 'NOT attribute_type(#version, :number)', values: { ':number': 'N' } };
  }
  return { condition: '#version = :version', values: { ':version': version } };
}
