// Converts a row of Vast.ai to an instance: its status from four fields, and its SSH endpoints.

import { brandId, InstanceId } from '../../../core/base/ids.ts';
import { fromUsdPerHour } from '../../../core/base/money.ts';
import { epochMs } from '../../../core/base/time.ts';
import type { Birth } from '../../../core/instance/birth.ts';
import type { Instance, InstanceStatus, SshEndpoint } from '../../../core/instance/instance.ts';
import { card } from './card.ts';
import { type Row, readRow, SshPort } from './wire.ts';

/**
 * Messages of the host's Docker daemon after which a boot never succeeds (documentation and
 * clients' sources, 2026). They appear while the status is still created or loading.
 */
const BOOT_FAILURES = [
  /oci runtime create failed/,
  /error response from daemon/,
  /failed to resolve reference/,
  /docker_build\(\) error writing dockerfile/,
  /no space left on device/,
];

/**
 * Those that every host would report: the registry does not have the image or refuses the login,
 * or the image can't run the start command. A registry that a host can't reach is no such failure.
 */
const IMAGE_FAILURES = [
  /manifest unknown/,
  /manifest .*not found/,
  /pull access denied/,
  /repository does not exist/,
  /invalid reference format/,
  /failed to resolve reference .*(not found|denied|unauthorized|forbidden)/,
  /error response from daemon: .*(unauthorized|denied: |incorrect username or password)/,
  /exec: .*(executable file not found|no such file or directory|permission denied)/,
  /exec format error/,
];

const matches = ({ status_msg: message }: Row, patterns: readonly RegExp[]): boolean => {
  const text = (message ?? '').toLowerCase();
  return patterns.some((pattern) => pattern.test(text));
};

const bootFailed = (row: Row): boolean => matches(row, [...BOOT_FAILURES, ...IMAGE_FAILURES]);

/** Vast.ai stopped it: outbid, out of credit or past its end. It never starts again. */
const isStopped = (row: Row): boolean =>
  [row.cur_state, row.intended_status, row.next_state].every((state) => state === 'stopped');

/** An undocumented status is `unknown`, and never the reason to end an instance. */
export function statusOf(row: Row): InstanceStatus {
  if (isStopped(row)) return 'stopped';
  switch (row.actual_status) {
    case null:
    case 'created':
    case 'loading':
      return bootFailed(row) ? 'failed' : 'starting';
    case 'rebooting':
    case 'restarting':
    case 'recycling':
      return 'starting';
    case 'running':
      return 'running';
    case 'stopped':
    case 'frozen':
      return 'stopped';
    case 'exited':
      // It is intended to run and has exited: it crashed.
      return row.intended_status === 'running' ? 'failed' : 'stopped';
    case 'offline':
    case 'unknown':
      return 'unreachable';
    default:
      return 'unknown';
  }
}

function endpoint(host: string | null, port: number): readonly SshEndpoint[] {
  const trimmed = host?.trim() ?? '';
  if (trimmed === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return [];
  return [{ host: trimmed, port, user: card.sshUser }];
}

/** The direct endpoint first, then the proxy, whose port is one higher with Jupyter. */
export function sshOf(row: Row): readonly SshEndpoint[] {
  const mapped = SshPort.safeParse(row.ports);
  const direct = mapped.success ? mapped.data['22/tcp'][0].HostPort : 0;
  const offset = row.image_runtype?.includes('jupyter') ? 1 : 0;
  const proxy = (row.ssh_port ?? 0) + offset;
  return [...endpoint(row.public_ipaddr, direct), ...endpoint(row.ssh_host, proxy)];
}

const MAX_STATUS_TEXT_LENGTH = 200;

function statusTextOf(row: Row): string {
  const status = row.actual_status ?? 'no status yet';
  const message = (row.status_msg ?? '').trim();
  return (message === '' ? status : `${status}: ${message}`).slice(0, MAX_STATUS_TEXT_LENGTH);
}

const rateOf = ({ dph_total: total }: Row): Instance['rate'] =>
  total === null || total < 0 ? null : fromUsdPerHour(total);

/** `start_date` is the start of the contract, in seconds; a restart leaves it as it is. */
const birthOf = ({ start_date: start, machine_id: hostId, image_uuid: image }: Row): Birth => ({
  createdAt: start === null || start <= 0 ? null : epochMs(Math.floor(start * 1_000)),
  hostId,
  image,
});

/** The instance of a row; `placeholder` is its id when the row has none that can be read. */
export function instanceOf(json: unknown, placeholder: string): Instance {
  const { row, unreadable } = readRow(json);
  return {
    id: brandId(InstanceId, row.id ?? placeholder),
    label: row.label,
    status: statusOf(row),
    statusText: statusTextOf(row),
    badImage: matches(row, IMAGE_FAILURES),
    rate: rateOf(row),
    ssh: sshOf(row),
    unreadable,
    birth: birthOf(row),
  };
}
