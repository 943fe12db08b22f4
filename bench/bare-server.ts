// A minimal Node server: it responds to every request with the bytes of one file. It prints its
// address and exits when its standard input closes.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as z from 'zod/mini';

const Answer = z.object({ headers: z.record(z.string(), z.string()), body: z.string() });

const [path = ''] = process.argv.slice(2);
const { headers, body } = Answer.parse(JSON.parse(readFileSync(path, 'utf8')));
const server = createServer((_, response) => response.writeHead(200, headers).end(body));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
const address = server.address();
process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`);
