// The database in its own process: `node local/aws/database-process.ts <folder>`. It prints its
// address and exits when its standard input closes, that is, when its parent process exits.

import { setTimeout as pause } from 'node:timers/promises';
import { type Database, openDatabase } from './database.ts';

/** The database of a killed service exits a moment after it and holds the folder until then. */
const MAX_OPEN_MS = 5_000;
const MAX_CLOSE_MS = 3_000;

async function open(path: string, giveUpAt: number): Promise<Database> {
  try {
    return await openDatabase({ path });
  } catch (error) {
    if (Date.now() >= giveUpAt) throw error;
    await pause(100);
    return open(path, giveUpAt);
  }
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: node local/aws/database-process.ts FOLDER');
const database = await open(path, Date.now() + MAX_OPEN_MS);

process.stdin.resume();
process.stdin.once('close', () => {
  setTimeout(() => process.exit(1), MAX_CLOSE_MS);
  void database.close().then(() => process.exit(0));
});
process.stdout.write(`${database.endpoint}\n`);
