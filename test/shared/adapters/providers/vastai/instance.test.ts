// The instance of a row: its status from four fields, its SSH endpoints and its rate.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  instanceOf,
  sshOf,
  statusOf,
} from '../../../../../shared/adapters/providers/vastai/instance.ts';
import type { Row } from '../../../../../shared/adapters/providers/vastai/wire.ts';
import type { InstanceStatus } from '../../../../../shared/core/instance/instance.ts';
import { aRow } from './replies.ts';

const stopped = { cur_state: 'stopped', intended_status: 'stopped', next_state: 'stopped' };
const pulling = { actual_status: 'loading' };

describe('the status of a row', () => {
  it.each<[InstanceStatus, Partial<Row>]>([
    ['starting', { actual_status: null, status_msg: null }],
    ['starting', { actual_status: 'created', status_msg: null }],
    ['starting', { ...pulling, status_msg: 'Pulling fs layer' }],
    ['starting', { actual_status: 'rebooting' }],
    ['starting', { actual_status: 'restarting' }],
    ['starting', { actual_status: 'recycling' }],
    ['running', {}],
    ['stopped', { actual_status: 'stopped' }],
    ['stopped', { actual_status: 'frozen' }],
    ['stopped', { actual_status: 'exited', intended_status: 'stopped' }],
    ['failed', { actual_status: 'exited', intended_status: 'running' }],
    ['unreachable', { actual_status: 'offline' }],
    ['unreachable', { actual_status: 'unknown' }],
    ['unknown', { actual_status: 'hibernating' }],
    ['unknown', { actual_status: undefined }],
  ])('is %s for %o', (status, change) => {
    expect(statusOf(aRow(change))).toBe(status);
  });

  it('is stopped when all three states are stopped, for any status of the host', () => {
    expect(statusOf(aRow({ ...stopped, actual_status: 'running' }))).toBe('stopped');
    expect(statusOf(aRow({ ...stopped, actual_status: null }))).toBe('stopped');
  });

  it('is not stopped when only one state is stopped', () => {
    expect(statusOf(aRow({ intended_status: 'stopped' }))).toBe('running');
  });

  it.each([
    'Error response from daemon: manifest for x:1 not found: manifest unknown',
    'manifest for x:1 not found',
    'x: OCI runtime create failed: y',
    'pull access denied for x',
    'failed to resolve reference "x"',
    'docker_build() error writing dockerfile',
    'write /x: no space left on device',
  ])('is failed while it boots with "%s"', (message) => {
    expect(statusOf(aRow({ ...pulling, status_msg: message }))).toBe('failed');
    expect(statusOf(aRow({ actual_status: 'created', status_msg: message }))).toBe('failed');
  });

  it.each([
    ['Error response from daemon: manifest for x:1 not found: manifest unknown', true],
    ['Error response from daemon: pull access denied for x, repository does not exist', true],
    ['Error response from daemon: Head "https://x/v2/": unauthorized: incorrect username', true],
    ['failed to resolve reference "x": x: not found', true],
    ['OCI runtime create failed: exec: "bash": executable file not found in $PATH', true],
    ['failed to resolve reference "x": dial tcp: lookup x: no such host', false],
    ['Error response from daemon: toomanyrequests: You have reached your pull rate limit', false],
    ['OCI runtime create failed: nvidia-container-cli: driver not loaded', false],
    ['write /x: no space left on device', false],
  ])('blames the image for "%s": %s', (message, badImage) => {
    const row = aRow({ ...pulling, status_msg: message });
    expect(instanceOf(row, 'none')).toMatchObject({ status: 'failed', badImage });
  });
});

describe('the SSH endpoints', () => {
  it('are the instance first, then its proxy, both trimmed', () => {
    expect(sshOf(aRow())).toEqual([
      { host: '192.0.2.45', port: 20_000, user: 'root' },
      { host: 'ssh123.vast.ai', port: 10_600, user: 'root' },
    ]);
  });

  it('have the port after the proxy port with Jupyter', () => {
    const row = aRow({ image_runtype: 'jupyter_direc ssh_direc ssh_proxy', ports: null });
    expect(sshOf(row)).toEqual([{ host: 'ssh123.vast.ai', port: 10_601, user: 'root' }]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['absent', undefined],
    ['numbers, as one page documents', [20_000]],
    ['without SSH', { '8888/tcp': [{ HostPort: '1' }] }],
    ['without an entry', { '22/tcp': [] }],
    ['not a number', { '22/tcp': [{ HostPort: 'x' }] }],
    ['out of range', { '22/tcp': [{ HostPort: '70000' }] }],
  ])('are only the proxy while the ports are %s', (_name, ports) => {
    expect(sshOf(aRow({ ports })).map(({ host }) => host)).toEqual(['ssh123.vast.ai']);
  });

  it('have the first of several ports', () => {
    const ports = { '22/tcp': [{ HostPort: '20000' }, { HostIp: '::', HostPort: '20000' }] };
    expect(sshOf(aRow({ ports }))[0]?.port).toBe(20_000);
  });

  it('are empty while the row has none', () => {
    expect(sshOf(aRow({ public_ipaddr: ' \n', ssh_host: null, ssh_port: null }))).toEqual([]);
  });
});

const read = (json: unknown) => instanceOf(json, 'unreadable-1');

describe('an instance', () => {
  it('has the same label and a rate that is rounded up', () => {
    expect(read(aRow({ label: ' gs-x ', dph_total: 0.31388885 }))).toMatchObject({
      id: '312',
      label: ' gs-x ',
      rate: 313_889,
      statusText: 'running: success, running nvidia/cuda/ssh',
    });
  });

  it('has no rate when the row has none', () => {
    expect(read(aRow({ dph_total: null })).rate).toBeNull();
    expect(read(aRow({ dph_total: -1 })).rate).toBeNull();
  });

  it.each<[string, object, object]>([
    ['ssh_port', { ssh_port: '' }, { label: 'ML Training Job 2025', status: 'running' }],
    ['label', { label: 123 }, { label: null, status: 'running' }],
    ['status_msg', { status_msg: {} }, { label: 'ML Training Job 2025', statusText: 'running' }],
    ['actual_status', { actual_status: 7 }, { status: 'unknown', label: 'ML Training Job 2025' }],
    ['dph_total', { dph_total: 'NaN' }, { rate: null, status: 'running' }],
    ['dph_total', { dph_total: 1e300 }, { rate: null, status: 'running' }],
    ['id', { id: null }, { id: 'unreadable-1', status: 'running' }],
    ['id', { id: 'x/../y' }, { id: 'unreadable-1', status: 'running' }],
  ])('with an unreadable %s keeps its other fields', (field, change, kept) => {
    expect(read({ ...aRow(), ...change })).toMatchObject({ ...kept, unreadable: [field] });
  });

  it.each([null, 7, 'row', [], {}])('is named by its id when its row is %j', (row) => {
    expect(read(row)).toMatchObject({ id: 'unreadable-1', unreadable: ['id'] });
  });

  it('is read from any row', () => {
    const odd = fc.record(
      Object.fromEntries(Object.keys(aRow()).map((key) => [key, fc.anything()])),
    );
    fc.assert(
      fc.property(odd, (row) => {
        expect(read({ ...aRow(), ...row }).ssh.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('has the facts of its birth, null where they are missing or unreadable', () => {
    expect(read(aRow()).birth).toEqual({
      ...{ createdAt: 1_789_000_000_250, hostId: '77', image: 'nvidia/cuda' },
    });
    const odd = { ...aRow(), start_date: 'x', machine_id: null, image_uuid: 7 };
    expect(read(odd).birth).toEqual({ createdAt: null, hostId: null, image: null });
    for (const start_date of [0, -1, 1e30]) {
      expect(read(aRow({ start_date })).birth.createdAt).toBeNull();
    }
  });

  it('has a status text of bounded length, also without a status', () => {
    const row = aRow({ actual_status: null, status_msg: 'x'.repeat(900) });
    expect(read(row).statusText).toMatch(/^no status yet: x{185}$/);
  });
});
