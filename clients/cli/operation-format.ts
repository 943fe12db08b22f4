// Formats freezes, sweeps, health and the diagnosis for a terminal.

import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { formatUsd } from '../../shared/core/base/money.ts';
import type { Diagnosis, Freeze, Sweep } from '../client/replies.ts';
import { age, clean, rate, table, time } from './format.ts';

const scopeOf = ({ scope, consumer, provider }: Freeze): string =>
  consumer ?? provider ?? (scope === 'all' ? 'everything' : scope);

function progressOf({ state, lastLook, landedBy, finishedAt }: Freeze): string {
  if (state === 'thawed') return 'new leases are accepted';
  if (finishedAt !== null) return `no lease or instance is left, proved ${time(finishedAt)}`;
  const left =
    lastLook === null
      ? 'not checked yet'
      : `${lastLook.leases} leases and ${lastLook.instances} instances are left`;
  return `${left}; no instance can appear after ${time(landedBy)}`;
}

/** A freeze, then who froze and thawed it, the newest last. */
export function freezeLines(freeze: Freeze): readonly string[] {
  const title = `${scopeOf(freeze)}: ${freeze.state}, ${progressOf(freeze)}`;
  const acts = freeze.acts.map(({ at, kind, by, why }) => `  ${time(at)}  ${kind}  ${by}: ${why}`);
  return [title, ...acts].map(clean);
}

const ago = (seconds: number | null): string =>
  seconds === null ? 'never' : `${age(seconds)} ago`;

/** One sweep and its findings. */
export function sweepLines(sweep: Sweep): readonly string[] {
  const { provider, listedAt, instances, openLeases, findings, suspects, pages } = sweep;
  const listed = listedAt === null ? 'no complete listing' : `listed ${time(listedAt)}`;
  const found = Object.entries(findings).map(([kind, count]) => `  ${count} ${kind}`);
  const title = `${provider}: ${listed}, ${instances} instances, ${openLeases} open leases`;
  const suspected =
    suspects === 0 ? [] : [`  ${suspects} suspects, checked again by the next sweep`];
  return [title, ...found, ...suspected, ...pages.map((page) => `  ${page}`)].map(clean);
}

/** The accounts of a provider that this deployment uses. */
export function providerAccountLines({
  provider,
  accounts,
}: Reply<'addProviderAccount'>): readonly string[] {
  const lines = accounts.map(({ id, keys, by, why }) => {
    const who = by === null ? '' : `, added by ${by}`;
    return `  ${id ?? keys.join(', ')}${who}: ${why}`;
  });
  return [`Accounts of ${provider}:`, ...lines].map(clean);
}

/** The health of the service, as any consumer may read it. */
export function healthLines({ status, menus, sweeps }: Reply<'readHealth'>): readonly string[] {
  const menuLine = ({ provider, offers, usable, ageSeconds }: (typeof menus)[number]): string => {
    const refreshed = `refreshed ${ago(ageSeconds)}${usable ? '' : '; NOT USABLE'}`;
    return `Menu of ${provider}: ${offers} offers, ${refreshed}`;
  };
  return [
    `Status: ${status}`,
    ...menus.map(menuLine),
    ...sweeps.map((sweep) => sweepLine({ ...sweep, pages: [] })),
  ].map(clean);
}

type SweepAge = Omit<Diagnosis['sweeps'][number], 'lastCompleteAt'>;

function sweepLine({ provider, ageSeconds, failure, pages }: SweepAge): string {
  const trouble = [...(failure === null ? [] : [failure]), ...pages].join('; ');
  return `Sweep of ${provider}: last complete ${ago(ageSeconds)}${trouble && `; ${trouble}`}`;
}

function balanceLine(balance: Diagnosis['balances'][number]): string {
  const { provider, balanceMicroUsd, burnMicroUsdPerHour, roomMicroUsd, runwayHours } = balance;
  const of = `Balance of ${provider}`;
  if (balance.readAt === null) return `${of}: never read`;
  const read = `read ${ago(balance.ageSeconds)}`;
  if (balanceMicroUsd === null) return `${of}: not reported; ${read}`;
  const burn =
    burnMicroUsdPerHour === null || runwayHours === null
      ? 'nothing runs'
      : `lasts ${runwayHours} h at ${rate(burnMicroUsdPerHour)}`;
  const room = roomMicroUsd === null ? '' : `; room for ${formatUsd(roomMicroUsd)} more`;
  return `${of}: ${formatUsd(balanceMicroUsd)}, ${burn}${room}; ${read}`;
}

function openLeaseLines(lease: Diagnosis['leases'][number]): readonly string[] {
  const reason = lease.endReason === null ? '' : ` (${lease.endReason})`;
  const rows = lease.next.map(({ net, at, does }) => [net, does, time(at)]);
  return [
    '',
    clean(`${lease.id}  ${lease.state}${reason}  ${lease.consumer}  ends ${time(lease.deadline)}`),
    ...lease.stuck.map((trouble) => `  STUCK: ${trouble}`),
    ...table([{ title: '  NET' }, { title: 'NEXT ACTION' }, { title: 'AT' }], rows.map(indented)),
  ];
}

const indented = ([first = null, ...rest]: readonly (string | null)[]) => [`  ${first}`, ...rest];

/** The state of the service, then for each open lease the next action of each safety net. */
export function doctorLines(diagnosis: Diagnosis): readonly string[] {
  const { openLeases, byState, oldestHeartbeat, sweeps, freezes, stuck } = diagnosis;
  const states = Object.entries(byState).map(([state, count]) => `${count} ${state}`);
  const heartbeat =
    oldestHeartbeat === null
      ? 'none'
      : `${age(oldestHeartbeat.ageSeconds)} ago, of ${oldestHeartbeat.leaseId}`;
  return [
    `Open leases: ${openLeases}${states.length > 0 ? ` (${states.join(', ')})` : ''}`,
    `Stuck: ${stuck}`,
    `Oldest heartbeat: ${heartbeat}`,
    ...sweeps.map((sweep) => clean(sweepLine(sweep))),
    ...diagnosis.balances.map((balance) => clean(balanceLine(balance))),
    ...freezes.flatMap(freezeLines),
    ...diagnosis.leases.flatMap(openLeaseLines),
  ];
}
