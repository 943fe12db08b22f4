// `npm run simulate -- NAME`: one provider's simulator alone, for other people's clients. What
// follows the name is for the simulator.

import { ProviderName } from '../shared/core/base/providers.ts';
import { simulatorProgram } from './markets.ts';

const [, , asked, ...flags] = process.argv;
const name = ProviderName.safeParse(asked);
if (!name.success) {
  const names = ProviderName.options.join(', ');
  process.stderr.write(`npm run simulate -- NAME [flags], where NAME is one of: ${names}\n`);
  process.exit(2);
}
// Where a person finds it again; what is given goes first.
const port = flags.some((flag) => flag.startsWith('--port')) ? [] : ['--port', '8788'];
process.argv.splice(2, process.argv.length, ...port, ...flags);
await import(simulatorProgram(name.data).href);
