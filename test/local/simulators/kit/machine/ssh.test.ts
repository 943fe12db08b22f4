// The SSH servers of rented machines, through a library and, where it is installed, OpenSSH: only
// attached keys are accepted.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS; its types name no default export.
import ssh2 from 'ssh2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHostKey } from '../../../../../local/simulators/kit/machine/ssh-server.ts';
import {
  createUp,
  destroy,
  directPort,
  get,
  greeting,
  startMarket,
  type TestMarket,
} from '../../vastai/support.ts';

const run = promisify(execFile);
const isInstalled = spawnSync('ssh', ['-V']).status === 0;

function newKey() {
  const { privateKey, publicKey } = createHostKey();
  return { private: privateKey, public: publicKey };
}

/** An instance that is up, and the key that its start script authorizes. */
async function loggable(market: TestMarket, extra: Record<string, unknown> = {}) {
  const key = newKey();
  const onstart = `mkdir -p ~/.ssh\necho '${key.public}' >> ~/.ssh/authorized_keys\necho started`;
  const id = await createUp(market, { onstart, ...extra });
  return { id, key, port: directPort(await get(market, id)) };
}

type Login = { port: number; privateKey: string; username?: string; password?: string };
type Ran = { out: string; err: string; code: number };

/** Logs in, accepts any host key, and runs a command. */
function exec({ port, username = 'root', ...secret }: Login, command: string): Promise<Ran> {
  const client = new ssh2.Client();
  return new Promise<Ran>((resolve, reject) => {
    client.on('error', reject).on('ready', () => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        const ran = { out: '', err: '', code: -1 };
        channel.on('data', (data: Buffer) => (ran.out += data));
        channel.stderr.on('data', (data: Buffer) => (ran.err += data));
        channel.on('exit', (code: number) => (ran.code = code));
        channel.on('close', () => resolve(ran));
      });
    });
    client.connect({ host: '127.0.0.1', port, username, ...secret });
  }).finally(() => client.end());
}

/** The host key that a login received. */
async function hostKeyOf(port: number, privateKey: string): Promise<string> {
  const client = new ssh2.Client();
  let met = '';
  const hostVerifier = (key: Buffer) => {
    met = `ssh-ed25519 ${key.toString('base64')}`;
    return true;
  };
  client.connect({ host: '127.0.0.1', port, username: 'root', privateKey, hostVerifier });
  await new Promise<void>((resolve, reject) => {
    client.on('ready', () => client.end()).on('error', reject);
    client.on('close', () => resolve());
  });
  return met;
}

const refused = 'All configured authentication methods failed';

describe('a login', () => {
  it('with the key of the start script runs commands', async () => {
    const { port, key, id } = await loggable(await startMarket());
    const login = { port, privateKey: key.private };
    expect(await exec(login, 'hostname')).toEqual({ out: `C.${id}\n`, err: '', code: 0 });
    expect(await exec(login, 'make coffee')).toEqual({
      ...{ out: '', err: 'make: command not found\n', code: 127 },
    });
  });

  it('works with keys attached later and with those of the account at create', async () => {
    const market = await startMarket();
    const [account, attached] = [newKey(), newKey()];
    await market.call('POST /api/v0/ssh/', { ssh_key: `${account.public} of the account` });
    const { id, port } = await loggable(market);
    const login = (key: typeof account) => exec({ port, privateKey: key.private }, 'whoami');
    expect((await login(account)).out).toBe('root\n');
    await expect(login(attached)).rejects.toThrow(refused);
    await market.call(`POST /api/v0/instances/${id}/ssh/`, { ssh_key: attached.public });
    expect((await login(attached)).out).toBe('root\n');
  });

  it('fails with another key, another name, another instance and a password', async () => {
    const market = await startMarket();
    const [first, second] = [await loggable(market), await loggable(market)];
    const right = { port: first.port, privateKey: first.key.private };
    for (const wrong of [
      { ...right, privateKey: newKey().private },
      { ...right, username: 'admin' },
      { ...right, port: second.port },
    ]) {
      await expect(exec(wrong, 'whoami')).rejects.toThrow(refused);
    }
    const password = { port: first.port, privateKey: newKey().private, password: 'root' };
    await expect(exec(password, 'whoami')).rejects.toThrow(refused);
  });

  it('reads lines in a shell until exit', async () => {
    const { port, key } = await loggable(await startMarket());
    const client = new ssh2.Client();
    const text = await new Promise<string>((resolve, reject) => {
      client.on('error', reject).on('ready', () => {
        client.shell((error, channel) => {
          if (error) return reject(error);
          let out = '';
          channel.on('data', (data: Buffer) => (out += data));
          channel.on('exit', (code: number) => (out += `code ${code}`));
          channel.on('close', () => resolve(out));
          channel.write('echo hellp\x7fo\r\x03echo "a  b"\rexit 3\r');
        });
      });
      client.connect({ host: '127.0.0.1', port, username: 'root', privateKey: key.private });
    }).finally(() => client.end());
    expect(text).toContain('echo hellp\b \bo\r\nhello\r\n');
    expect(text).toMatch(/:~# echo "a {2}b"\r\na {2}b\r\n[\s\S]*:~# exit 3\r\n[\s\S]*code 3$/);
  });

  it('is disconnected when the instance is destroyed', async () => {
    const market = await startMarket();
    const { id, port, key } = await loggable(market);
    const client = new ssh2.Client();
    client.connect({ host: '127.0.0.1', port, username: 'root', privateKey: key.private });
    await new Promise<void>((resolve, reject) =>
      client.on('ready', () => resolve()).on('error', reject),
    );
    const gone = new Promise<void>((resolve) => {
      client.on('close', () => resolve()).on('error', () => {});
    });
    await destroy(market, id);
    await gone;
    await expect(greeting(port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the host key', () => {
  it('differs per machine and is shown by the controls', async () => {
    const market = await startMarket();
    const machines = [await loggable(market), await loggable(market)];
    const shown = market.simulator.instances().map(({ sshHostKey }) => sshHostKey);
    expect(new Set(shown).size).toBe(2);
    const seen = await Promise.all(machines.map(({ port, key }) => hostKeyOf(port, key.private)));
    expect(seen).toEqual(shown);
  });
});

describe.skipIf(!isInstalled)('OpenSSH (skipped where ssh is not installed)', () => {
  /** Runs `ssh` as users do, with the host key pinned. */
  async function openSsh(type: string, ...rest: string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'simulated-ssh-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'key');
    const bits = type === 'rsa' ? ['-b', '2048'] : [];
    execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', '', '-f', file, '-C', 'me@here']);
    const publicKey = readFileSync(`${file}.pub`, 'utf8').trim();
    const market = await startMarket();
    const onstart = `echo '${publicKey}' >> ~/.ssh/authorized_keys`;
    const offer = await market.call('POST /api/v0/bundles/', {
      ...{ num_gpus: { eq: 2 }, direct_port_count: { gte: 1 }, gpu_name: { eq: 'RTX 4090' } },
    });
    const [found] = Object(offer.json.offers);
    const reply = await market.call(`PUT /api/v0/asks/${found.id}/`, {
      ...{ image: 'cuda', disk: 20, runtype: 'ssh_direc ssh_proxy', onstart },
    });
    market.pass(60_000);
    const id = Number(reply.json.new_contract);
    const port = directPort(await get(market, id));
    const [machine] = market.simulator.instances();
    writeFileSync(join(folder, 'known'), `[127.0.0.1]:${port} ${machine?.sshHostKey}\n`);
    const flags = ['-F', 'none', '-i', file, '-p', `${port}`, '-o', 'IdentitiesOnly=yes'];
    flags.push('-o', `UserKnownHostsFile=${join(folder, 'known')}`, '-o', 'BatchMode=yes');
    flags.push('-o', 'StrictHostKeyChecking=yes');
    return await run('ssh', [...flags, 'root@127.0.0.1', ...rest]);
  }

  it.each(['ed25519', 'rsa', 'ecdsa'])('logs in with a key of ssh-keygen -t %s', async (type) => {
    expect((await openSsh(type, 'whoami')).stdout).toBe('root\n');
  });

  it('finds the GPUs of the offer with nvidia-smi', async () => {
    const { stdout } = await openSsh('ed25519', 'nvidia-smi');
    expect(stdout.match(/NVIDIA GeForce RTX 4090/g)).toHaveLength(2);
    expect(stdout).toContain('24564MiB');
  });

  it('returns the exit code and the errors of the command', async () => {
    const failed = expect.objectContaining({ code: 127, stderr: 'ls: command not found\n' });
    await expect(openSsh('ed25519', 'ls')).rejects.toEqual(failed);
  });
});
