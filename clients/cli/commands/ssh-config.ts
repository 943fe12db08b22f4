// `gpu-shopper ssh-config`: makes `ssh <lease>` log in to a lease's instance, with the host key
// that the instance has reported to the service. It never changes ~/.ssh/config.

import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type SshAccess, sshAccessOf } from '../ssh-access.ts';

type Options = { readonly write?: boolean; readonly identity?: string };

const folder = (): string => join(homedir(), '.ssh', 'gpu-shopper');

export function addSshConfig(program: Command, cli: Cli): void {
  program
    .command('ssh-config')
    .description('print the Host entry for ~/.ssh/config and the pinned host key of a lease')
    .argument('<lease>', 'lease id')
    .option('--write', 'write to ~/.ssh/gpu-shopper/ instead of printing')
    .option('--identity <file>', 'private key to log in with, if it is not a default one of ssh')
    .action((id: string, options: Options, command: Command) =>
      cli.run(command, (context) => sshConfig(context, id, options)),
    );
}

async function sshConfig(context: Context, id: string, options: Options): Promise<ExitCode> {
  const { client, signal, show, note } = context;
  const lease = await client.readLease(id, { signal });
  const place = { folder: folder(), identity: options.identity };
  const access = sshAccessOf(lease, place);
  if (typeof access === 'string') {
    note(`gpu-shopper: ${access}`);
    return EXIT.failed;
  }
  if (access.knownHost === null)
    note('No host key is pinned: ssh trusts the key of the first connection.');
  if (options.write === true) write(access, note);
  show(lease, () => (options.write === true ? [] : linesOf(access)));
  return EXIT.ok;
}

/** A valid ssh configuration, in which the line for the known-hosts file is a comment. */
function linesOf({ config, knownHost, knownHostsFile }: SshAccess): readonly string[] {
  const pinned = knownHost === null ? [] : [`# For ${knownHostsFile}:`, `# ${knownHost}`];
  return [...config, ...pinned];
}

function write(access: SshAccess, note: Context['note']): void {
  const { config, configFile, knownHost, knownHostsFile } = access;
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
  if (knownHost !== null) writeFileSync(knownHostsFile, `${knownHost}\n`, { mode: 0o600 });
  note(`Written: ${configFile}
Add once, at the top of ~/.ssh/config: Include ${folder()}/*.config
Then connect with: ssh ${access.host}`);
}
