// `npm run simulate -- NAME [flags]`: runs one provider's simulator alone, to test other clients.
// The flags after the name are the simulator's.

import { ProviderName } from '../shared/core/base/providers.ts';
import { simulatorProgram } from './markets.ts';

const [, , requested, ...flags] = process.argv;
const name = ProviderName.safeParse(requested);
if (!name.success) {
  const names = ProviderName.options.join(', ');
  process.stderr.write(`Usage: npm run simulate -- NAME [flags], where NAME is one of: ${names}\n`);
  process.exit(2);
}
// A fixed default port; a given --port overrides it.
const port = flags.some((flag) => flag.startsWith('--port')) ? [] : ['--port', '8788'];
process.argv.splice(2, process.argv.length, ...port, ...flags);
await import(simulatorProgram(name.data).href);
