// The commands that look at leases and keep them alive: leases, show, events, heartbeat.

import { type Command, Option } from 'commander';
import type { LeaseEvent } from '../../client/replies.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { clean, eventsTable, leasesTable, time } from '../format.ts';

type LeasesOptions = {
  readonly consumer?: string;
  readonly limit?: string;
  readonly cursor?: string;
};

type HeartbeatOptions = { readonly busy?: true; readonly idle?: true };

/** Adds `leases`, `show`, `events` and `heartbeat`. */
export function addLeases(program: Command, cli: Cli): void {
  addList(program, cli);
  program
    .command('show')
    .description('one lease in full')
    .argument('<lease>', 'its id')
    .action((id: string, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, showLease }) => {
        showLease(await client.readLease(id, { signal }));
        return EXIT.ok;
      }),
    );
  addEvents(program, cli);
  addHeartbeat(program, cli);
}

function addList(program: Command, cli: Cli): void {
  program
    .command('leases')
    .description('your leases, newest first')
    .option('--consumer <consumer>', "another consumer's, for operators")
    .option('--limit <number>', 'at most this many')
    .option('--cursor <text>', 'go on after the page that ended with this cursor')
    .action((options: LeasesOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show, note }) => {
        const page = await client.listLeases(options, { signal });
        show(page, ({ leases }) => leasesTable(leases));
        if (page.nextCursor !== null) note(`There are more: --cursor ${page.nextCursor}`);
        return EXIT.ok;
      }),
    );
}

function addEvents(program: Command, cli: Cli): void {
  program
    .command('events')
    .description('what happened to a lease so far, and why')
    .argument('<lease>', 'its id')
    .action((id: string, _options: object, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        const first = await client.readEvents(id, { signal });
        const events: LeaseEvent[] = [];
        let page = first;
        while (page.events.length > 0) {
          events.push(...page.events);
          const cursor = page.nextCursor ?? undefined;
          page = await client.readEvents(id, { cursor, signal });
        }
        show({ events, nextCursor: page.nextCursor }, (all) => eventsTable(all.events));
        return EXIT.ok;
      }),
    );
}

function addHeartbeat(program: Command, cli: Cli): void {
  program
    .command('heartbeat')
    .description('say that the application is alive; exit 5 tells it to stop')
    .argument('<lease>', 'its id')
    .addOption(new Option('--busy', 'and that it works, as it does unless it says otherwise'))
    .addOption(new Option('--idle', 'and that it has nothing to do').conflicts('busy'))
    .action((id: string, { busy, idle }: HeartbeatOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        const reply = await client.recordHeartbeat(id, { busy: idle ? false : busy, signal });
        show(reply, (told) => [
          'endsAt' in told ? `carry on until ${time(told.endsAt)}` : clean(`stop: ${told.reason}`),
        ]);
        return reply.carryOn ? EXIT.ok : EXIT.endedOtherwise;
      }),
    );
}
