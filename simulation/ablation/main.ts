// `npm run ablation`: removes each safety line in turn and runs its test. Run it after `npm test`,
// which shows that the tests pass with the lines. Exits with 1 when a test does not fail.

import { LINES } from './lines.ts';
import { ablate, copySources } from './run.ts';

using copy = copySources();
for (const line of LINES) {
  const result = await ablate(copy.folder, line);
  if (result !== 'caught') process.exitCode = 1;
  process.stdout.write(`${result === 'caught' ? 'ok  ' : 'GAP '} ${line.name}: ${result}\n`);
}
