// An SSH session on a rented machine: one command, or a shell that reads lines. On a terminal the
// shell echoes the input, since the client does not.

import type { ServerChannel, Session } from 'ssh2';
import { type Host, runLine } from './commands.ts';

const maxLine = 4_096;

/** Handles the requests of a session. */
export function serveSession(session: Session, host: Host): void {
  let isTerminal = false;
  // `accept` is undefined when the client wants no reply.
  session.on('pty', (accept) => {
    isTerminal = true;
    accept?.();
  });
  session.on('env', (accept) => accept?.());
  session.on('window-change', (accept) => accept?.());
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    const { out, err, code } = runLine(command, host);
    channel.write(onTerminal(out, isTerminal));
    channel.stderr.write(onTerminal(err, isTerminal));
    leave(channel, code);
  });
  session.on('shell', (accept) => startShell(accept(), host, isTerminal));
}

function leave(channel: ServerChannel, code: number): void {
  channel.exit(code);
  channel.end();
}

function onTerminal(text: string, isTerminal: boolean): string {
  return isTerminal ? text.replaceAll('\n', '\r\n') : text;
}

/** Reads lines until `exit` or the end of input; the exit code is the last command's. */
function startShell(channel: ServerChannel, host: Host, isTerminal: boolean): void {
  const prompt = isTerminal ? `root@${host.name}:~# ` : '';
  let typed = '';
  let code = 0;
  let over = false;

  const echo = (text: string): void => {
    if (isTerminal) channel.write(onTerminal(text, true));
  };
  const end = (): void => {
    if (!over) leave(channel, code);
    over = true;
  };
  const enter = (): void => {
    echo('\n');
    const result = runLine(typed, host);
    typed = '';
    channel.write(onTerminal(result.out, isTerminal));
    const err = onTerminal(result.err, isTerminal);
    if (isTerminal) channel.write(err);
    else channel.stderr.write(err);
    code = result.code;
    if (result.ends) end();
    else echo(prompt);
  };
  const keys: Readonly<Record<string, () => void>> = {
    '\n': enter,
    '\r': enter,
    // Ctrl-C, Ctrl-D on an empty line, and backspace.
    '\x03': () => {
      typed = '';
      echo(`^C\n${prompt}`);
    },
    '\x04': () => (typed === '' ? end() : undefined),
    '\x7f': () => {
      if (typed !== '') echo('\b \b');
      typed = typed.slice(0, -1);
    },
  };
  channel.on('data', (data: Buffer) => {
    for (const key of data.toString()) {
      if (over) return;
      const run = keys[key];
      if (run !== undefined) run();
      else if (typed.length < maxLine) {
        typed += key;
        echo(key);
      }
    }
  });
  channel.on('end', end);
  echo(prompt);
}
