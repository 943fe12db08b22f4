// The request body of `lease`: files, keys, variables, and secrets that errors must not repeat.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type LeaseOptions,
  leaseRequestOf,
  publicKeyOf,
  variablesOf,
} from '../../../clients/cli/lease-request.ts';
import { LeaseRequest } from '../../../shared/api/contract/lease.ts';
import { HOST_KEY } from '../builders.ts';
import { aHome } from './run-cli.ts';

afterEach(() => void vi.unstubAllEnvs());

/** A home folder with these files in `.ssh`. */
function homeWith(files: Readonly<Record<string, string>>): string {
  const home = aHome();
  mkdirSync(join(home, '.ssh'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, '.ssh', name), text);
  vi.stubEnv('HOME', home);
  return join(home, '.ssh');
}

const NONE: LeaseOptions = { gpu: [], country: [], provider: [], env: [] };
const key = (name: string): string => `${HOST_KEY.replaceAll('AAAA', name)} me@laptop (home)\n`;
const shown = (name: string): string => HOST_KEY.replaceAll('AAAA', name);
const PRIVATE = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n';

describe('a lease request', () => {
  it('has a field for every flag, and is valid', () => {
    const folder = homeWith({ 'id_ed25519.pub': key('BBBB'), 'start.sh': 'echo ü\n' });
    const options: LeaseOptions = {
      gpu: ['RTX 4090', 'RTX 3090'],
      country: ['de', 'FR'],
      provider: ['vastai'],
      env: ['A=1=2', 'B'],
      count: '2',
      vram: '24',
      disk: '40',
      hours: '1.5',
      ceiling: '0.35',
      silence: '2.5',
      liveness: 'both',
      idleMinutes: '20',
      idleAction: 'end',
      idleGpu: '5',
      idleNetwork: '100',
      idleApp: true,
      image: 'pytorch/pytorch:2',
      startScript: join(folder, 'start.sh'),
      requireTransferReports: true,
      selfEnding: true,
    };
    const body = leaseRequestOf(options, { B: 'from here' });
    expect(body).toEqual({
      gpuNames: ['RTX 4090', 'RTX 3090'],
      countries: ['DE', 'FR'],
      providers: ['vastai'],
      gpuCount: 2,
      minVramGb: 24,
      diskGb: 40,
      hours: 1.5,
      ceilingMicroUsdPerHour: 350_000,
      silenceLimitSeconds: 150,
      liveness: 'both',
      idle: {
        windowMinutes: 20,
        action: 'end',
        gpuPercentBelow: 5,
        networkKbpsBelow: 100,
        app: true,
      },
      image: 'pytorch/pytorch:2',
      startScript: 'echo ü\n',
      requireTransferReports: true,
      selfEnding: true,
      sshPublicKey: shown('BBBB'),
      env: { A: '1=2', B: 'from here' },
    });
    expect(LeaseRequest.safeParse(body).success).toBe(true);
  });

  it('leaves the defaults of missing flags to the service', () => {
    homeWith({ 'id_ed25519.pub': key('BBBB') });
    const sent = JSON.parse(JSON.stringify(leaseRequestOf(NONE, {})));
    expect(sent).toEqual({ gpuNames: [], countries: [], env: {}, sshPublicKey: shown('BBBB') });
    expect(LeaseRequest.parse(sent)).toMatchObject({ hours: 1, gpuCount: 1 });
  });
});

describe('idleness', () => {
  it.each<Partial<LeaseOptions>>([
    { idleMinutes: '20' },
    { idleMinutes: '20', idleAction: 'warn' },
    { idleAction: 'end', idleGpu: '5' },
    { idleMinutes: '20', idleApp: true },
    { idleNetwork: '100' },
  ])('is refused with only %j', (some) => {
    homeWith({ 'id_ed25519.pub': key('BBBB') });
    expect(() => leaseRequestOf({ ...NONE, ...some }, {})).toThrow('idleness needs --idle-minutes');
  });
});

describe('the SSH key', () => {
  it('is the Ed25519 key when there are both', () => {
    homeWith({ 'id_ed25519.pub': key('BBBB'), 'id_rsa.pub': key('CCCC') });
    expect(leaseRequestOf(NONE, {}).sshPublicKey).toBe(shown('BBBB'));
  });
  it('is the RSA key when there is no other', () => {
    homeWith({ 'id_rsa.pub': key('CCCC') });
    expect(leaseRequestOf(NONE, {}).sshPublicKey).toBe(shown('CCCC'));
  });
  it('is required', () => {
    homeWith({});
    expect(() => leaseRequestOf(NONE, {})).toThrow('no SSH key: give one with --ssh-key');
  });
  it('is refused when it is a private key', () => {
    const file = join(homeWith({ id_ed25519: PRIVATE }), 'id_ed25519');
    expect(() => publicKeyOf(file)).toThrow(`${file} is a private key: give the public key`);
  });
  it('is named in the error when its file is missing', () => {
    const file = join(aHome(), 'gone.pub');
    expect(() => publicKeyOf(file)).toThrow(`--ssh-key: can't read ${file}`);
  });
});

describe('variables', () => {
  it('may be empty', () => expect(variablesOf(['A='], {})).toEqual({ A: '' }));
  it.each([['sk-secret-value'], ['=sk-secret-value']])(
    'are never repeated in an error: %j',
    (text) => {
      expect(() => variablesOf(['A=1', text], {})).toThrow('--env number 2');
      expect(() => variablesOf([text], {})).not.toThrow('sk-secret-value');
    },
  );
});
