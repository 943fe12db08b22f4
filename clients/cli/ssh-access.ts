// The OpenSSH configuration of a lease's instance. Address and host key come from the instance and
// its provider: an unusual value is refused, since a line break in it could inject an option into
// the user's ssh configuration.

import { join } from 'node:path';
import type { Lease } from '../client/replies.ts';

export type SshPlace = {
  /** Absolute: ssh takes `~` from the password file, not from HOME. */
  readonly folder: string;
  readonly identity: string | undefined;
};

export type SshAccess = {
  /** The name of the Host entry: the lease's id. */
  readonly host: string;
  readonly config: readonly string[];
  readonly configFile: string;
  /** The line that pins the host key; null when the instance has reported none. */
  readonly knownHost: string | null;
  readonly knownHostsFile: string;
};

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$/;
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
const HOST_KEY =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]{40,1400}={0,2})(?: \S*)?$/;

type Address = Lease['ssh'][number];

const isPlain = ({ host, user }: Address): boolean => HOST.test(host) && USER.test(user);

/** Each distinct address, as lines of an entry: a provider may list one twice. */
function addressesOf(ssh: Lease['ssh']): readonly string[] {
  const addresses = ssh.map(
    ({ host, port, user }) => `  HostName ${host}\n  Port ${port}\n  User ${user}`,
  );
  return [...new Set(addresses)];
}

/** The Host entry and the pinned key of a lease, or the reason why there is none. */
export function sshAccessOf(lease: Lease, { folder, identity }: SshPlace): SshAccess | string {
  const { id, ssh, sshHostKey } = lease;
  if (ssh.length === 0) return `lease ${id} is ${lease.state}: it has no SSH address`;
  if (!ssh.every(isPlain))
    return `the SSH address of lease ${id} is not safe in an ssh configuration`;
  const [, type, key] = HOST_KEY.exec(sshHostKey ?? '') ?? [];
  if (sshHostKey !== null && key === undefined) return `the host key of lease ${id} is not valid`;
  const knownHostsFile = join(folder, `${id}.known_hosts`);
  const trust = [
    `  HostKeyAlias ${id}`,
    `  UserKnownHostsFile "${knownHostsFile}"`,
    // Without a pinned key, ssh trusts the key of the first connection.
    `  StrictHostKeyChecking ${key === undefined ? 'accept-new' : 'yes'}`,
    ...(identity === undefined ? [] : [`  IdentityFile "${identity}"`, '  IdentitiesOnly yes']),
  ];
  const entries = addressesOf(ssh).map((address, index) => [
    `Host ${index === 0 ? id : `${id}-${index + 1}`}`,
    ...address.split('\n'),
    ...trust,
  ]);
  return {
    host: id,
    config: entries.flat(),
    configFile: join(folder, `${id}.config`),
    knownHost: key === undefined ? null : `${id} ${type} ${key}`,
    knownHostsFile,
  };
}
