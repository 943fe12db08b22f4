// The commands that read the menu: offers and offer.

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
    .description('show one offer of the menu')
    .argument('<offer>', 'offer id')
    .option('--disk <GB>', 'size of the disk that the rate includes')
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
    .description('list offers that can be leased now, cheapest first')
    .option('--gpu <name>', 'GPU name, such as "RTX 4090"')
    .option('--count <number>', 'number of GPUs in one instance')
    .option('--vram <GB>', 'minimum memory of each GPU')
    .option('--disk <GB>', 'size of the disk that the rates include')
    .option('--limit <number>', 'maximum number of offers')
    .option('--cursor <text>', 'start after the page that returned this cursor')
    .action((options: OffersOptions, command: Command) =>
      cli.run(command, async ({ client, signal, show, note }) => {
        const { gpu: gpuName, count: gpuCount, vram: minVramGb, disk: diskGb } = options;
        const { limit, cursor } = options;
        const query = { gpuName, gpuCount, minVramGb, diskGb, limit, cursor };
        const page = await client.listOffers(query, { signal });
        show(page, ({ offers }) => offersTable(offers));
        if (page.nextCursor !== null) note(`There are more offers: --cursor ${page.nextCursor}`);
        return EXIT.ok;
      }),
    );
}
