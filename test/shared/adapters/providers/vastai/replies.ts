// Replies and rows of Vast.ai, for tests that parse them without a server.

import type { HttpAnswer } from '../../../../../shared/adapters/providers/http.ts';
import type { Ask, Row } from '../../../../../shared/adapters/providers/vastai/wire.ts';

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const replyOf = (status: number, text: string): HttpAnswer => ({
  kind: 'reply',
  status,
  text,
  json: jsonOf(text),
  retryAfter: null,
});

/** The offer of the documentation (August 2026): the fields that the adapter reads. */
export function anAsk(change: Partial<Ask> = {}): Ask {
  return {
    id: '30406190',
    machine_id: '41207',
    gpu_name: 'RTX 4090',
    num_gpus: 1,
    gpu_ram: 24_564,
    dph_base: 0.3,
    dph_total: 0.305556,
    storage_cost: 0.2,
    inet_up_cost: 0.004,
    inet_down_cost: 0.002,
    disk_space: 505.5,
    reliability2: 0.9941378,
    verification: 'verified',
    rentable: true,
    rented: false,
    is_bid: false,
    external: false,
    direct_port_count: 124,
    geolocation: 'Texas, US',
    end_date: 1_798_761_600.5,
    ...change,
  };
}

/** The running instance of the documentation (August 2026): the fields that the adapter reads. */
export function aRow(change: Partial<Row> = {}): Row {
  return {
    id: '312',
    label: 'ML Training Job 2025',
    actual_status: 'running',
    intended_status: 'running',
    cur_state: 'running',
    next_state: 'running',
    status_msg: 'success, running nvidia/cuda/ssh\n',
    dph_total: 0.8021,
    public_ipaddr: '192.0.2.45\n',
    ssh_host: 'ssh123.vast.ai',
    ssh_port: 10_600,
    image_runtype: 'ssh_direc ssh_proxy',
    start_date: 1_789_000_000.25,
    machine_id: '77',
    image_uuid: 'nvidia/cuda',
    ports: { '22/tcp': [{ HostIp: '0.0.0.0', HostPort: '20000' }] },
    ...change,
  };
}
