// Formats tables, money, times, offers and leases for a terminal. Control characters in text from
// providers and instances could control the terminal: `clean` removes them.

import { styleText } from 'node:util';
import { formatUsd, microUsd } from '../../shared/core/base/money.ts';
import { rowOf } from '../../shared/core/base/providers.ts';
import type { Lease, LeaseEvent, LeaseState, Offer } from '../client/replies.ts';

/** Text without control characters. */
export const clean = (text: string): string => text.replace(/\p{C}+/gu, ' ');

type Column = { readonly title: string; readonly align?: 'right' };

const widthOf = (text: string): number => [...text].length;

function cell(text: string, width: number, column: Column): string {
  const gap = ' '.repeat(width - widthOf(text));
  return column.align === 'right' ? gap + text : text + gap;
}

/** Lines of a table, with columns as wide as their widest cells. `null` is an unknown value. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (string | null)[])[],
): readonly string[] {
  const shown = rows.map((row) => row.map((text) => clean(text ?? '-')));
  const lines = [columns.map(({ title }) => title), ...shown];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => widthOf(line[at] ?? ''))));
  return lines.map((line) =>
    columns
      .map((column, at) => cell(line[at] ?? '', widths[at] ?? 0, column))
      .join('  ')
      .trimEnd(),
  );
}

/** `2026-11-21 12:00:05Z` */
export const time = (iso: string | null): string | null =>
  iso === null ? null : `${iso.slice(0, 19).replace('T', ' ')}Z`;

/** `$0.2428/h` */
export const rate = (value: Parameters<typeof formatUsd>[0]): string => `${formatUsd(value)}/h`;

/** `45s`, `12m`, `3h` */
export function age(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return `${Math.floor(seconds / 3_600)}h`;
}

const percent = (permille: number | null): string | null =>
  permille === null ? null : `${Math.floor(permille / 10)}.${permille % 10}%`;

export function offersTable(offers: readonly Offer[]): readonly string[] {
  const columns: readonly Column[] = [
    { title: 'OFFER' },
    { title: 'GPU' },
    { title: 'COUNT', align: 'right' },
    { title: 'VRAM', align: 'right' },
    { title: 'COUNTRY' },
    { title: 'RELIABLE', align: 'right' },
    { title: 'RATE', align: 'right' },
    { title: 'AGE', align: 'right' },
  ];
  const rows = offers.map((offer) => [
    offer.id,
    offer.gpuName,
    String(offer.gpuCount),
    `${offer.vramGb} GB`,
    offer.country,
    percent(offer.reliabilityPermille),
    rate(offer.microUsdPerHour),
    age(offer.ageSeconds),
  ]);
  return table(columns, rows);
}

const amountOf = (lease: Lease): string =>
  lease.chargedMicroUsd === null
    ? `${formatUsd(microUsd(lease.holdMicroUsd))} held`
    : `${formatUsd(lease.chargedMicroUsd)} charged`;

export function leasesTable(leases: readonly Lease[]): readonly string[] {
  const columns: readonly Column[] = [
    { title: 'LEASE' },
    { title: 'STATE' },
    { title: 'REASON' },
    { title: 'GPU' },
    { title: 'RATE', align: 'right' },
    { title: 'REQUESTED' },
    { title: 'ENDS' },
    { title: 'AMOUNT', align: 'right' },
  ];
  const rows = leases.map((lease) => [
    lease.id,
    lease.state,
    lease.endReason,
    lease.offer?.gpuName ?? null,
    lease.offer === null ? null : rate(lease.offer.microUsdPerHour),
    time(lease.requestedAt),
    time(lease.endsAt ?? lease.endedAt),
    amountOf(lease),
  ]);
  return table(columns, rows);
}

export function eventsTable(events: readonly LeaseEvent[]): readonly string[] {
  const columns = [{ title: 'AT' }, { title: 'EVENT' }, { title: 'REASON' }];
  return table(
    columns,
    events.map(({ at, type, reason }) => [time(at), type, reason]),
  );
}

/** One event on one line, as `watch` and waits show it. */
export const eventLine = ({ at, type, reason }: LeaseEvent): string =>
  clean(`${time(at)}  ${type.padEnd(18)}  ${reason}`);

const COLOURS = {
  requested: 'yellow',
  launching: 'yellow',
  booting: 'yellow',
  active: 'green',
  ending: 'magenta',
  ended: 'dim',
} as const satisfies Record<LeaseState, Parameters<typeof styleText>[0]>;

/** Coloured where standard output is a terminal and NO_COLOR is not set. */
const painted = (state: LeaseState): string => styleText(COLOURS[state], state);

function offerText({
  gpuName,
  gpuCount,
  vramGb,
  country,
  id,
}: NonNullable<Lease['offer']>): string {
  return `${gpuCount} x ${gpuName}, ${vramGb} GB, ${country ?? 'country unknown'} (${id})`;
}

const listingsText = (proof: { firstListingAt: string; secondListingAt: string }): string =>
  `absent from the listings of ${time(proof.firstListingAt)} and ${time(proof.secondListingAt)}`;

function proofText(proof: Lease['absenceProof']): string | null {
  switch (proof?.by) {
    case undefined:
      return null;
    case 'listings':
      return listingsText(proof);
    case 'nothing-created':
      return 'no instance was ever created';
    case 'attested':
      return `not proved: ${proof.who} attested it at ${time(proof.at)}: ${proof.why}`;
  }
}

const SUFFIXES = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' } as const;
const ordinals = new Intl.PluralRules('en-US', { type: 'ordinal' });

/** Such as "5th in the queue of NAME, about 25s". */
function queueText({ queue }: Lease): string | null {
  if (queue === null) return null;
  const { provider, position, aboutSeconds } = queue;
  const place = `${position}${SUFFIXES[ordinals.select(position)]}`;
  return `${place} in the queue of ${rowOf(provider).title}, about ${age(aboutSeconds)}`;
}

/** A provider may list the same address twice. */
const sshCommands = ({ ssh }: Lease): readonly string[] => [
  ...new Set(ssh.map(({ host, port, user }) => `ssh -p ${port} ${user}@${host}`)),
];

/** A lease in full, one line for each known fact. */
export function leaseLines(lease: Lease): readonly string[] {
  const { offer } = lease;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Lease', lease.id],
    ['State', lease.state],
    ['Reason', lease.endReason],
    ['Queue', queueText(lease)],
    ['GPU', offer === null ? null : offerText(offer)],
    ['Rate', offer === null ? null : rate(offer.microUsdPerHour)],
    ['Attempts', String(lease.attempts)],
    ['Requested', time(lease.requestedAt)],
    ['Active', time(lease.activeAt)],
    ['Ends', time(lease.endsAt)],
    ['Ended', time(lease.endedAt)],
    ...sshCommands(lease).map((command) => ['SSH', command] as const),
    ['Host key', lease.sshHostKey],
    ['Amount', amountOf(lease)],
    ['Proof', proofText(lease.absenceProof)],
    ['Actions', lease.can.length === 0 ? null : lease.can.join(', ')],
  ];
  return facts
    .flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(9)}  ${clean(text)}`]))
    .map((line) =>
      line.startsWith('State ') ? line.replace(lease.state, painted(lease.state)) : line,
    );
}
