// How freezes and the state of things look to an operator.

import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { formatUsd } from '../../shared/core/base/money.ts';
import type { Diagnosis, Freeze } from '../client/replies.ts';
import { age, clean, rate, table, time } from './format.ts';

const scopeOf = ({ scope, consumer, provider }: Freeze): string =>
  consumer ?? provider ?? (scope === 'all' ? 'everything' : scope);

function progressOf({ state, lastLook, landedBy, finishedAt }: Freeze): string {
  if (state === 'thawed') return 'goes on';
  if (finishedAt !== null) return `nothing is left, proved ${time(finishedAt)}`;
  const seen =
    lastLook === null
      ? 'nobody has looked yet'
      : `${lastLook.leases} leases and ${lastLook.instances} instances are left`;
  return `${seen}; no instance can appear after ${time(landedBy)}`;
}

/** A freeze with who did what, the newest last. */
export function freezeLines(freeze: Freeze): readonly string[] {
  const title = `${scopeOf(freeze)}: ${freeze.state}, ${progressOf(freeze)}`;
  const acts = freeze.acts.map(({ at, kind, by, why }) => `  ${time(at)}  ${kind}  ${by}: ${why}`);
  return [title, ...acts].map(clean);
}

const ago = (seconds: number | null): string =>
  seconds === null ? 'never' : `${age(seconds)} ago`;

/** One sweep, as it found things. */
export function sweepLines(sweep: Reply<'sweepProvider'>): readonly string[] {
  const { provider, listedAt, instances, openLeases, findings, suspects, pages } = sweep;
  const listed = listedAt === null ? 'no complete listing' : `listed ${time(listedAt)}`;
  const found = Object.entries(findings).map(([kind, count]) => `  ${count} ${kind}`);
  const title = `${provider}: ${listed}, ${instances} instances, ${openLeases} open leases`;
  const suspected = suspects === 0 ? [] : [`  ${suspects} seen once, looked at again next time`];
  return [title, ...found, ...suspected, ...pages.map((page) => `  ${page}`)].map(clean);
}

/** How the service is, as anybody may know. */
export function healthLines({ status, menus, sweeps }: Reply<'readHealth'>): readonly string[] {
  const menuLine = ({ provider, offers, usable, ageSeconds }: (typeof menus)[number]): string =>
    `Menu of ${provider}: ${offers} offers, seen ${ago(ageSeconds)}${usable ? '' : '; NOT USABLE'}`;
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
  if (balanceMicroUsd === null) return `${of}: not told; ${read}`;
  const burn =
    burnMicroUsdPerHour === null || runwayHours === null
      ? 'nothing runs'
      : `lasts ${runwayHours} h at ${rate(burnMicroUsdPerHour)}`;
  const room = roomMicroUsd === null ? '' : `; room for ${formatUsd(roomMicroUsd)} more`;
  return `${of}: ${formatUsd(balanceMicroUsd)}, ${burn}${room}; ${read}`;
}

function patientLines(lease: Diagnosis['leases'][number]): readonly string[] {
  const reason = lease.endReason === null ? '' : ` (${lease.endReason})`;
  const rows = lease.next.map(({ net, at, does }) => [net, does, time(at)]);
  return [
    '',
    clean(`${lease.id}  ${lease.state}${reason}  ${lease.consumer}  ends ${time(lease.deadline)}`),
    ...lease.stuck.map((trouble) => `  STUCK: ${trouble}`),
    ...table([{ title: '  NET' }, { title: 'WOULD' }, { title: 'AT' }], rows.map(indented)),
  ];
}

const indented = ([first = null, ...rest]: readonly (string | null)[]) => [`  ${first}`, ...rest];

/** How things stand: the whole first, then lease by lease what each net would do next. */
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
    ...diagnosis.leases.flatMap(patientLines),
  ];
}
