// The SSH server of one rented machine, on loopback. It accepts only root with an attached key; it
// has no passwords, no forwarding and no file transfer.

import { createServer, type Server as NetServer, type Socket } from 'node:net';
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS; its types name no default export.
import ssh2, { type AuthContext, type Connection, type PublicKeyAuthContext } from 'ssh2';
import { isPortInUse, listenOnLoopback } from '../loopback.ts';
import type { Host } from './commands.ts';
import { serveSession } from './shell.ts';

/** The server identification of images on the market. */
const ident = 'OpenSSH_9.6p1 Ubuntu-3ubuntu13.5';

/** A machine's host key, both parts in OpenSSH's format. */
export type HostKey = { readonly privateKey: string; readonly publicKey: string };

/** ssh2 1.17.0 sometimes generates a key that it can't parse; then another one is generated. */
const MAX_KEY_TRIES = 20;

export function createHostKey(): HostKey {
  for (let tries = 1; tries <= MAX_KEY_TRIES; tries += 1) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey };
  }
  throw new Error(`ssh2 generated no valid host key in ${MAX_KEY_TRIES} tries`);
}

export type SshOptions = {
  /** The preferred port; null for any port. */
  readonly port: number | null;
  readonly hostKey: HostKey;
  /** The authorized keys, read at each login. */
  readonly authorizedKeys: () => readonly string[];
  readonly host: Host;
};

export type SshServer = { readonly port: number; readonly close: () => void };

/** Starts the server. Its port stays open until `close`, which cuts every connection. */
export async function openSshServer(options: SshOptions): Promise<SshServer> {
  const { hostKey, authorizedKeys, host } = options;
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey], ident }, (client) => {
    client.on('authentication', (context) => authenticate(context, authorizedKeys()));
    client.on('ready', () => acceptSessions(client, host));
    // A probe may disconnect at any time.
    client.on('error', () => client.end());
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.unref();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  server.unref();
  const port = await listen(server, options.port);
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, close };
}

function acceptSessions(client: Connection, host: Host): void {
  client.on('session', (accept) => serveSession(accept(), host));
}

function authenticate(context: AuthContext, authorized: readonly string[]): void {
  const isRootKey = context.method === 'publickey' && context.username === 'root';
  if (isRootKey && isAuthorized(context, authorized)) context.accept();
  else context.reject(['publickey']);
}

/** Before it signs, a client asks whether a key is acceptable: then there is no signature. */
function isAuthorized(context: PublicKeyAuthContext, authorized: readonly string[]): boolean {
  const { key, signature, blob, hashAlgo } = context;
  return authorized.some((line) => {
    const parsed = ssh2.utils.parseKey(line);
    if (parsed instanceof Error || !parsed.getPublicSSH().equals(key.data)) return false;
    if (signature === undefined || blob === undefined) return true;
    return parsed.verify(blob, signature, hashAlgo) === true;
  });
}

/** Listens on the preferred port, or on any other when it is in use. */
async function listen(server: NetServer, port: number | null): Promise<number> {
  if (port === null) return await listenOnLoopback(server, 0);
  return await listenOnLoopback(server, port).catch((error: unknown) => {
    if (isPortInUse(error)) return listenOnLoopback(server, 0);
    throw error;
  });
}
