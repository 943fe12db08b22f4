// `gpu-shopper lease`: requests a lease and, with --wait, waits for its instance. When the response
// is lost, it prints how to find the lease: no instance may run without its owner knowing.

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

const LIVENESS = ['auto', 'app', 'node', 'both'] as const satisfies Options['liveness'][];
const LIVENESS_HELP =
  'whose heartbeats keep the lease: of the application or the instance (auto, the default), of ' +
  'the application (app), of the instance (node), of each of the two (both)';

const repeatable = (flags: string, description: string) =>
  new Option(flags, `${description} (may be repeated)`).argParser(collect).default([], 'any');

/** The requirements on the instance, its cost limits and its end. */
function addRequirements(command: Command): Command {
  return command
    .addOption(repeatable('--gpu <name>', 'allowed GPU, such as "RTX 4090"'))
    .option('--count <number>', 'number of GPUs in the instance')
    .option('--vram <GB>', 'minimum memory of each GPU')
    .addOption(repeatable('--country <code>', 'allowed country, as a two-letter code'))
    .addOption(repeatable('--provider <name>', 'allowed provider'))
    .option('--disk <GB>', 'disk size')
    .option('--hours <number>', 'duration, counted from when the instance is ready')
    .option('--ceiling <dollars>', 'maximum rate per hour, such as 0.35')
    .option('--spend-cap <dollars>', 'end the lease when its cost reaches about this')
    .option('--transfer-gb <GB>', 'data transfer that the hold covers (default: 20)')
    .option('--max-transfer-price <dollars>', 'maximum price of a GB of data transfer')
    .option('--require-transfer-reports', 'use no instance that reports no transfer')
    .option('--self-ending', 'use only instances that can end themselves and their billing')
    .option('--job <name>', 'name of the job, to group costs by')
    .option('--silence <minutes>', 'end the lease after this long without a heartbeat')
    .addOption(new Option('--liveness <source>', LIVENESS_HELP).choices(LIVENESS));
}

export function addLease(program: Command, cli: Cli): void {
  const command = program
    .command('lease')
    .description('lease the cheapest instance that meets the requirements');
  addIdleOptions(addRequirements(command))
    .option(
      '--image <image>',
      'Docker image to start; one that no host can start ends the lease as bad-image',
    )
    .option('--start-script <file>', 'script that the instance runs first')
    .option('--ssh-key <file>', 'public key to log in with (default: ~/.ssh/id_ed25519.pub)')
    .addOption(
      repeatable(
        '--env <name[=value]>',
        'variable of the instance; a name alone copies the value from here',
      ).default([], 'none'),
    )
    .option('--idempotency-key <text>', 'repeating the key returns the same lease')
    .option('--wait', 'wait until the instance is ready')
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
  context.note(
    `Lease ${accepted.id} is accepted. It continues until you release it or its time is over.`,
  );
  const wait = { timeoutMs, signal: context.signal, onEvent: context.progress };
  const reached = await context.client.waitFor(accepted.id, 'active', wait);
  context.showLease(reached);
  return reached.state === 'active' ? EXIT.ok : EXIT.endedOtherwise;
}

/** Whether the service may have accepted the lease although the request failed. */
const mayBeAccepted = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;

async function request({ client, env, signal, note }: Context, options: Options): Promise<Lease> {
  const body = leaseRequestOf(options, env);
  const { idempotencyKey = randomUUID() } = options;
  try {
    return await client.requestLease(body, { idempotencyKey, signal });
  } catch (error) {
    if (mayBeAccepted(error)) {
      note(`The lease may have been accepted. To find it, repeat the command with this key:
  --idempotency-key ${idempotencyKey}`);
    }
    throw error;
  }
}
