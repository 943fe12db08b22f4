// `gpu-shopper lease`: requests a lease, and waits for its instance if asked to. When the answer is
// lost it says how to find out what became of the request: nothing may run unknown.

import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { ApiProblem } from '../../client/problem.ts';
import type { Lease } from '../../client/replies.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { addIdleOptions } from '../idle-options.ts';
import { type LeaseOptions, leaseRequestOf } from '../lease-request.ts';
import { collect, timeoutOf, timeoutOption } from '../options.ts';

type Options = LeaseOptions & {
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
  readonly timeout: string;
};

const LIVENESS = ['node', 'app', 'both', 'auto'] as const satisfies Options['liveness'][];

const repeatable = (flags: string, description: string) =>
  new Option(flags, `${description} (may be repeated)`).argParser(collect).default([], 'any');

/** What must be there, what it may cost, and when it ends. */
function addWishes(command: Command): Command {
  return command
    .addOption(repeatable('--gpu <name>', 'one of these GPUs, such as "RTX 4090"'))
    .option('--count <number>', 'GPUs in one instance')
    .option('--vram <GB>', 'at least this much memory on each GPU')
    .addOption(repeatable('--country <code>', 'in one of these countries'))
    .addOption(repeatable('--provider <name>', 'from one of these providers'))
    .option('--disk <GB>', 'size of the disk')
    .option('--hours <number>', 'when it ends at the latest; its time starts once it is ready')
    .option('--ceiling <dollars>', 'the most it may cost an hour, such as 0.35')
    .option('--spend-cap <dollars>', 'it ends before it has cost much more than this')
    .option('--transfer-gb <GB>', 'transfer to hold money for (default: 20)')
    .option('--max-transfer-price <dollars>', 'the most a GB of transfer may cost')
    .option('--job <name>', 'your own name for the work, to find its cost by')
    .option('--silence <minutes>', 'how long nothing may be heard before it ends')
    .addOption(
      new Option('--liveness <whose>', 'whose heartbeats count (default: auto)').choices(LIVENESS),
    );
}

export function addLease(program: Command, cli: Cli): void {
  const command = program.command('lease').description('lease a GPU: the cheapest that will do');
  addIdleOptions(addWishes(command))
    .option('--image <image>', 'Docker image to start')
    .option('--start-script <file>', 'what the instance runs first')
    .option('--ssh-key <file>', 'public key that may log in (default: ~/.ssh/id_ed25519.pub)')
    .addOption(
      repeatable(
        '--env <name[=value]>',
        'a variable for the instance; a name alone: from here',
      ).default([], 'none'),
    )
    .option('--idempotency-key <text>', 'the same key again gives the same lease')
    .option('--wait', 'until the instance is ready')
    .addOption(timeoutOption())
    .action((options: Options, command: Command) =>
      cli.run(command, (context) => lease(context, options)),
    );
}

async function lease(context: Context, options: Options): Promise<ExitCode> {
  const timeoutMs = timeoutOf(options.timeout);
  const accepted = await request(context, options);
  if (options.wait !== true) {
    context.showLease(accepted);
    context.note(`Follow it with: gpu-shopper watch ${accepted.id}`);
    return EXIT.ok;
  }
  context.note(`Lease ${accepted.id} is accepted and goes on until it is released or its end.`);
  const wait = { timeoutMs, signal: context.signal, onEvent: context.progress };
  const reached = await context.client.waitFor(accepted.id, 'active', wait);
  context.showLease(reached);
  return reached.state === 'active' ? EXIT.ok : EXIT.endedOtherwise;
}

/** Whether a lease may exist although no lease was answered. */
const mayBeAccepted = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;

async function request({ client, env, signal, note }: Context, options: Options): Promise<Lease> {
  const body = leaseRequestOf(options, env);
  const { idempotencyKey = randomUUID() } = options;
  try {
    return await client.requestLease(body, { idempotencyKey, signal });
  } catch (error) {
    if (mayBeAccepted(error)) {
      note(`The lease may have been accepted. The same command with this key finds it:
  --idempotency-key ${idempotencyKey}`);
    }
    throw error;
  }
}
