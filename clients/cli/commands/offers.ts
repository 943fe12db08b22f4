// The commands that read the menu: offers, cheapest first, and offer.

import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { offersTable } from '../format.ts';

type OffersOptions = {
  readonly gpu?: string;
  readonly count?: string;
  readonly vram?: string;
  readonly disk?: string;
  readonly limit?: string;
  readonly cursor?: string;
};

/** Adds `offers` and `offer`. */
export function addOffers(program: Command, cli: Cli): void {
  addMenu(program, cli);
  program
    .command('offer')
    .description('one offer of the menu, while it is on it')
    .argument('<offer>', 'its id')
    .option('--disk <GB>', 'the rate includes a disk of this size')
    .action((id: string, { disk: diskGb }: OffersOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show }) => {
        show(await client.readOffer(id, { diskGb }, { signal }), (offer) => offersTable([offer]));
        return EXIT.ok;
      }),
    );
}

function addMenu(program: Command, cli: Cli): void {
  program
    .command('offers')
    .description('what can be leased now, cheapest first')
    .option('--gpu <name>', 'only this GPU, such as "RTX 4090"')
    .option('--count <number>', 'GPUs in one instance')
    .option('--vram <GB>', 'at least this much memory on each GPU')
    .option('--disk <GB>', 'rates include a disk of this size')
    .option('--limit <number>', 'at most this many')
    .option('--cursor <text>', 'go on after the page that ended with this cursor')
    .action((options: OffersOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show, note }) => {
        const { gpu: gpuName, count: gpuCount, vram: minVramGb, disk: diskGb } = options;
        const { limit, cursor } = options;
        const query = { gpuName, gpuCount, minVramGb, diskGb, limit, cursor };
        const page = await client.listOffers(query, { signal });
        show(page, ({ offers }) => offersTable(offers));
        if (page.nextCursor !== null) note(`There are more: --cursor ${page.nextCursor}`);
        return EXIT.ok;
      }),
    );
}
