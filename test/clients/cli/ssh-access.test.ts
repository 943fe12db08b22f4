// The Host entry of a lease, and values that must not get into an ssh configuration.

import { describe, expect, it } from 'vitest';
import { sshAccessOf } from '../../../clients/cli/ssh-access.ts';
import { aLease, anActiveLease, HOST_KEY, LEASE_ID } from '../builders.ts';

const place = { folder: '/keys/of you', identity: undefined };
const PLAIN = { host: '203.0.113.7', port: 40_022, user: 'root' };

describe('SSH access', () => {
  it('pins the host key under the id of the lease', () => {
    expect(sshAccessOf(anActiveLease(), place)).toEqual({
      host: LEASE_ID,
      config: [
        `Host ${LEASE_ID}`,
        '  HostName 203.0.113.7',
        '  Port 40022',
        '  User root',
        `  HostKeyAlias ${LEASE_ID}`,
        `  UserKnownHostsFile "/keys/of you/${LEASE_ID}.known_hosts"`,
        '  StrictHostKeyChecking yes',
      ],
      configFile: `/keys/of you/${LEASE_ID}.config`,
      knownHost: `${LEASE_ID} ${HOST_KEY}`,
      knownHostsFile: `/keys/of you/${LEASE_ID}.known_hosts`,
    });
  });

  it('has an entry for each address, and the private key', () => {
    const proxy = { ...PLAIN, host: 'ssh5.vast.ai', port: 12_345 };
    const lease = anActiveLease({ ssh: [PLAIN, proxy, PLAIN] });
    const access = sshAccessOf(lease, { ...place, identity: '/keys/id' });
    const config = typeof access === 'string' ? [] : access.config;
    const hosts = config.filter((line) => line.startsWith('Host '));
    expect(hosts).toEqual([`Host ${LEASE_ID}`, `Host ${LEASE_ID}-2`]);
    expect(config.filter((line) => line === '  IdentityFile "/keys/id"')).toHaveLength(2);
    expect(config.filter((line) => line === `  HostKeyAlias ${LEASE_ID}`)).toHaveLength(2);
  });

  it('trusts the first connection only without a host key', () => {
    const access = sshAccessOf(anActiveLease({ sshHostKey: null }), place);
    expect(access).toMatchObject({ knownHost: null });
    expect(access).toHaveProperty('config.6', '  StrictHostKeyChecking accept-new');
  });

  it('is a reason before there is an instance', () => {
    expect(sshAccessOf(aLease(), place)).toBe(
      `lease ${LEASE_ID} is requested: it has no SSH address`,
    );
  });

  it.each([
    ['host', { ...PLAIN, host: 'x\n  ProxyCommand touch /x' }],
    ['host', { ...PLAIN, host: '-oProxyCommand=x' }],
    ['host', { ...PLAIN, host: '%h' }],
    ['user', { ...PLAIN, user: 'root\nMatch exec x' }],
    ['user', { ...PLAIN, user: '-l' }],
  ])('refuses a %s with other content: %j', (_, ssh) => {
    expect(sshAccessOf(anActiveLease({ ssh: [PLAIN, ssh] }), place)).toContain(
      'not safe in an ssh configuration',
    );
  });

  it.each([`${HOST_KEY}\n@cert-authority * ${HOST_KEY}`, 'ssh-ed25519 short', `* ${HOST_KEY}`, ''])(
    'refuses a host key with other content: %j',
    (sshHostKey) => {
      expect(sshAccessOf(anActiveLease({ sshHostKey }), place)).toContain('is not valid');
    },
  );
});
