// Faults of rows in successful responses: labels that differ from those at create, and fields that
// clients can't read. They change only the response, never an instance.

import type { Fault, FaultName } from '../kit/faults.ts';
import { isRow, type Row } from '../kit/json.ts';
import type { Context } from './context.ts';
import { nextVariant } from './replies.ts';

export type RowKind = 'instance' | 'offer' | 'charge';

/** What each variant of `odd-row` changes. NaN is in fields that a client has no use for. */
const oddFields: Readonly<Record<RowKind, readonly Row[]>> = {
  instance: [{ ssh_port: '' }, { label: 123 }, { status_msg: {} }, { gpu_temp: Number.NaN }],
  offer: [{ gpu_ram: null }, { dph_total: '' }, { id: null }, { score: Number.NaN }],
  charge: [{ amount: null }, { source: 7 }, { source: 'volume-7' }, { description: Number.NaN }],
};

const rewritten: readonly ((label: string) => string | null)[] = [
  () => 'renamed by the provider',
  (label) => label.toUpperCase(),
  () => null,
];
const cutLengths = [10, 30];
const addresses: readonly Row[] = [
  { ssh_host: null, ssh_port: null, public_ipaddr: null, ports: null },
  { public_ipaddr: '127.0.0.2\n' },
];

/**
 * Applies the faults of rows of one response. A fault without an instance id changes all labels,
 * but only one row becomes odd.
 */
export function createRowFaults(context: Context, kind: RowKind) {
  const { state, takeFault, takeInstanceFault } = context;
  const common = new Map<FaultName, Fault | undefined>();
  for (const name of ['rewritten-label', 'cut-label', 'no-address', 'odd-row'] as const) {
    common.set(name, takeFault(name));
  }
  const faultFor = (name: FaultName, id: number): Fault | undefined =>
    common.get(name) ?? takeInstanceFault(name, id);

  function odd(id: number): Row {
    const fault = faultFor('odd-row', id);
    if (fault === undefined) return {};
    common.delete('odd-row');
    const fields = oddFields[kind];
    return fields[fault.variant ?? nextVariant(state, 'odd-row', fields.length)] ?? {};
  }

  function labelOf(label: string, id: number): string | null {
    const renamed = faultFor('rewritten-label', id);
    if (renamed !== undefined) return rewritten[renamed.variant ?? 0]?.(label) ?? null;
    const cut = faultFor('cut-label', id);
    if (cut === undefined) return label;
    return label.slice(0, -(cutLengths[cut.variant ?? 0] ?? 10));
  }

  function addressOf(id: number): Row {
    const fault = kind === 'instance' ? faultFor('no-address', id) : undefined;
    return fault === undefined ? {} : (addresses[fault.variant ?? 0] ?? {});
  }

  /** The row as it is shown; `id` is its instance, or 0. */
  return (row: Row, id: number): Row => ({
    ...relabel(row, (label) => labelOf(label, id)),
    ...addressOf(id),
    ...odd(id),
  });
}

/** The row with another label, which rows of charges have in their metadata. */
function relabel(row: Row, change: (label: string) => string | null): Row {
  const { metadata } = row;
  if (isRow(metadata)) return { ...row, metadata: relabel(metadata, change) };
  return typeof row.label === 'string' ? { ...row, label: change(row.label) } : row;
}
