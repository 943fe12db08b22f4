// `npm run ablation`: every safety line taken away, one after the other; after `npm test`, which
// shows that the same tests pass with all of them. Ends non-zero when one is missed by nobody.

import { LINES } from './lines.ts';
import { ablate, copySources } from './run.ts';

using copy = copySources();
for (const line of LINES) {
  const result = await ablate(copy.folder, line);
  if (result !== 'caught') process.exitCode = 1;
  process.stdout.write(`${result === 'caught' ? 'ok  ' : 'GAP '} ${line.name}: ${result}\n`);
}
