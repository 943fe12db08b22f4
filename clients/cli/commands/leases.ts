// The commands that read leases and send heartbeats: leases, show, events, heartbeat.

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
    .description('show one lease')
    .argument('<lease>', 'lease id')
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
    .description('list your leases, newest first')
    .option('--consumer <consumer>', 'operators: another consumer')
    .option('--limit <number>', 'maximum number of leases')
    .option('--cursor <text>', 'start after the page that returned this cursor')
    .action((options: LeasesOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show, note }) => {
        const page = await client.listLeases(options, { signal });
        show(page, ({ leases }) => leasesTable(leases));
        if (page.nextCursor !== null) note(`There are more leases: --cursor ${page.nextCursor}`);
        return EXIT.ok;
      }),
    );
}

function addEvents(program: Command, cli: Cli): void {
  program
    .command('events')
    .description('list the events of a lease')
    .argument('<lease>', 'lease id')
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
    .description('report that the application is alive; exit code 5: it must stop')
    .argument('<lease>', 'lease id')
    .addOption(new Option('--busy', 'report that it is busy (default)'))
    .addOption(new Option('--idle', 'report that it is idle').conflicts('busy'))
    .action((id: string, { busy, idle }: HeartbeatOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        const reply = await client.recordHeartbeat(id, { busy: idle ? false : busy, signal });
        show(reply, (shown) =>
          'endsAt' in shown
            ? [
                `continue until ${time(shown.endsAt)}`,
                `next heartbeat due by ${time(shown.nextHeartbeatBy)}`,
              ]
            : [clean(`stop: ${shown.reason}`)],
        );
        return reply.carryOn ? EXIT.ok : EXIT.endedOtherwise;
      }),
    );
}
