// An instance in the provider's response format, with its field names and its four states. Values
// that the provider does not know yet are null.

import { currentRun } from '../kit/life.ts';
import { shownStatus } from './life.ts';
import { gpuNanoUsdPerHour, machineView, priceView, usd } from './offer-view.ts';
import type { Instance, Machine, Offer } from './state.ts';

/** No server listens on this port: the provider shows the address before it works. */
const portBeforeReady = 1;

/** The instant of the read, and how late it shows a new status of the container. */
export type ViewedAt = { readonly now: number; readonly statusLagMs: number };

export type Place = { readonly offer: Offer; readonly machine: Machine };

/** The columns that lists can filter and sort by: those that the provider stores. */
export function storedView(instance: Instance, { offer, machine }: Place, at: ViewedAt) {
  const status = shownStatus(instance, at.now, at.statusLagMs);
  const wanted = currentRun(instance, at.now) === undefined ? 'stopped' : 'running';
  const isHalted = status === 'exited' || status === 'created';
  return {
    id: instance.id,
    machine_id: machine.id,
    host_id: machine.hostId,
    label: instance.label,
    actual_status: status,
    intended_status: wanted,
    cur_state: isHalted ? 'stopped' : 'running',
    next_state: wanted,
    status_msg: statusMessage(instance, status),
    gpu_name: machine.gpuName,
    num_gpus: offer.gpus,
    verification: machine.verification,
    is_bid: instance.isBid,
    image_uuid: instance.image,
    image_runtype: instance.runtype,
    start_date: instance.createdAt / 1000,
    end_date: machine.offeredUntil / 1000,
  };
}

/** The complete row; `sshPort` is null unless the container is up. */
export function instanceView(
  instance: Instance,
  place: Place,
  at: ViewedAt & { readonly sshPort: number | null },
) {
  const { offer, machine } = place;
  return {
    bundle_id: offer.id * 31,
    ...machineView(machine, offer.gpus),
    ...storedView(instance, place, at),
    ...rateView(instance, place),
    ...addressView(instance, machine, at.sshPort),
    image_args: [],
    onstart: instance.onstart,
    extra_env: Object.entries(instance.env),
    template_id: null,
    template_hash_id: null,
    gpu_totalram: machineView(machine, offer.gpus).gpu_ram * offer.gpus,
    gpu_util: null,
    gpu_temp: null,
    disk_space: instance.diskGb,
    disk_usage: -1,
    duration: (machine.offeredUntil - at.now) / 1000,
    uptime_mins: null,
    country_code: machine.country,
    credit_balance: 0,
    credit_discount: 0,
    credit_discount_max: 0,
    time_remaining: '',
  };
}

function rateView(instance: Instance, { offer, machine }: Place) {
  const gpuNano = instance.gpuRates.at(-1)?.nanoUsdPerHour ?? 0;
  const diskNano = instance.diskNanoUsdPerHour;
  return {
    dph_base: usd(gpuNano),
    dph_total: usd(gpuNano + diskNano),
    min_bid: usd(gpuNanoUsdPerHour(machine, offer.gpus, true)),
    storage_total_cost: usd(diskNano),
    search: priceView(gpuNano, diskNano),
    instance: priceView(gpuNano, diskNano),
  };
}

/** Direct SSH when requested and the host has ports. With Jupyter the proxy port is one lower. */
function addressView(instance: Instance, machine: Machine, sshPort: number | null) {
  const { runtype } = instance;
  const hasSsh = runtype.includes('ssh') || runtype.includes('jupyter');
  const isDirect = runtype.includes('ssh_direc') && machine.directPorts > 0;
  const mapping = [{ HostIp: '0.0.0.0', HostPort: String(sshPort) }];
  const offset = runtype.includes('jupyter') ? 1 : 0;
  return {
    ssh_host: hasSsh ? '127.0.0.1' : null,
    ssh_idx: '4',
    ssh_port: hasSsh ? (sshPort ?? portBeforeReady) - offset : null,
    // Hosts report the address with a trailing newline.
    public_ipaddr: sshPort === null ? null : '127.0.0.1\n',
    local_ipaddrs: sshPort === null ? null : '172.17.0.2 \n',
    ports: sshPort !== null && isDirect ? { '22/tcp': mapping } : null,
    direct_port_start: -1,
    direct_port_end: -1,
    machine_dir_ssh_port: -1,
    jupyter_token: null,
  };
}

function statusMessage(instance: Instance, status: string | null): string | null {
  if (status === 'running') return `success, running ${instance.image}/ssh\n`;
  if (status !== 'loading') return null;
  return instance.bootError ?? 'Pulling fs layer';
}
