// The context of a command: the client, its output, and its exit code. Only this file and main.ts
// use the process.

import type { Command } from 'commander';
import { type Client, createClient } from '../client/client.ts';
import type { Lease, LeaseEvent } from '../client/replies.ts';
import { createCredentials } from './credentials.ts';
import { type ExitCode, usage } from './exit-codes.ts';
import { eventLine, leaseLines } from './format.ts';
import { createRemarks } from './remarks.ts';

type GlobalOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly profile?: string;
  readonly json?: boolean;
};

export type Context = {
  readonly client: Client;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts when the user interrupts the command. */
  readonly signal: AbortSignal;
  /** Prints the document as JSON with --json, otherwise as `lines` formats it. */
  readonly show: <Document>(
    document: Document,
    lines: (document: Document) => readonly string[],
  ) => void;
  /** Prints a line unchanged. */
  readonly print: (line: string) => void;
  readonly showLease: (lease: Lease) => void;
  /** Prints one event of a watched lease. */
  readonly printEvent: (event: LeaseEvent) => void;
  /** Shows one event of a lease that the command waits for, on standard error. */
  readonly progress: (event: LeaseEvent) => void;
  /** Prints a remark on standard error. */
  readonly note: (text: string) => void;
};

export type Work = (context: Context) => Promise<ExitCode>;

/** Runs the work of a command in the current process. */
export type Cli = { readonly run: (command: Command, work: Work) => Promise<void> };

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function endpointOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  return usage(`--endpoint must be a URL such as http://127.0.0.1:8787, not ${text}`);
}

function clientOf({ endpoint, region, profile }: GlobalOptions): Client {
  const url = endpointOf(endpoint);
  return createClient({
    endpoint,
    region,
    credentials: createCredentials({ endpoint: url, profile, env: process.env }),
  });
}

/** What the service could not read, and left out of this reply. */
export function unreadableLines(document: unknown): readonly string[] {
  const isReply = typeof document === 'object' && document !== null && 'unreadable' in document;
  const records: unknown = isReply ? document.unreadable : null;
  if (!Array.isArray(records)) return [];
  return records.map((record) => `Could not be read, and is left out: ${record}`);
}

/** Runs `work` for `command` with its own and the global options. */
export async function runWork(command: Command, work: Work, signal: AbortSignal) {
  const options = command.optsWithGlobals<GlobalOptions>();
  const json = options.json === true;
  const remarks = createRemarks(process.stderr);
  const show: Context['show'] = (document, lines) => {
    remarks.close();
    if (json) return print(JSON.stringify(document, null, 2));
    for (const line of lines(document)) print(line);
    for (const line of unreadableLines(document)) remarks.note(line);
  };
  try {
    return await work({
      client: clientOf(options),
      env: process.env,
      signal,
      show,
      print,
      showLease: (lease) => show(lease, leaseLines),
      printEvent: (event) => (json ? remarks.progress(event) : print(eventLine(event))),
      progress: remarks.progress,
      note: remarks.note,
    });
  } finally {
    remarks.close();
  }
}
