// `gpu-shopper sweep`: finds and destroys the deployment's instances at a provider without the
// service, for when the service is lost. Without --execute it only lists them.

import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { openStandalone } from '../../../shared/app/standalone.ts';
import { isFailure } from '../../../shared/core/base/failure.ts';
import { ProviderName, rowOf } from '../../../shared/core/base/providers.ts';
import { epochMs } from '../../../shared/core/base/time.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';
import { rate, table } from '../format.ts';

type Options = { readonly provider: string; readonly execute?: boolean; readonly yes?: boolean };
type Standalone = ReturnType<typeof openStandalone>;
type Survey = Awaited<ReturnType<Standalone['survey']>>;

/** The variables of all providers' keys, one line each. */
const keyLines = ProviderName.options
  .map(rowOf)
  .flatMap(({ title, keys }) =>
    Object.values(keys).map((variable) => `  ${variable.padEnd(25)}  API key of ${title}`),
  )
  .join('\n');

const HELP = `
It needs no service and no AWS account, only these environment variables:
  GPU_SHOPPER_DEPLOYMENT_ID  id of the deployment that the instances belong to
  GPU_SHOPPER_TAG_KEY        key that signs the tags of the instances
${keyLines}
It destroys all instances of the deployment, including those of active leases. An instance that is
being created may appear some minutes later: run the command again then.`;

/** Adds `sweep`. */
export function addSweep(program: Command, cli: Cli): void {
  program
    .command('sweep')
    .description('without the service: find and destroy the instances of a deployment')
    .addOption(
      new Option('--provider <name>', 'provider to sweep')
        .choices(ProviderName.options)
        .makeOptionMandatory(),
    )
    .option('--execute', 'destroy the instances; without it they are only listed')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', HELP)
    .action((options: Options, command: Command) =>
      cli.run(command, (context) => sweep(context, options)),
    );
}

function open({ env, note }: Context, { provider }: Options): Standalone {
  const clock = { now: () => epochMs(Date.now()) };
  try {
    const wait = (ms: number): Promise<void> => pause(ms);
    return openStandalone({ environment: env, provider, clock, pause: wait, tell: note });
  } catch (error) {
    if (isFailure(error, 'BadConfig')) return usage(error.message);
    throw error;
  }
}

const documentOf = ({ ours, foreign }: Survey) => ({
  ours: ours.map(({ instance: { id, status, rate: microUsdPerHour }, owner }) => ({
    id,
    leaseId: owner.leaseId,
    attempt: owner.attempt,
    status,
    microUsdPerHour,
  })),
  foreign: foreign.length,
});
type Document = ReturnType<typeof documentOf>;

function linesOf({ ours, foreign }: Document): readonly string[] {
  const columns = ['INSTANCE', 'LEASE', 'ATTEMPT', 'STATUS', 'RATE'].map((title) => ({ title }));
  const rows = ours.map((one) => [
    one.id,
    one.leaseId,
    String(one.attempt),
    one.status,
    one.microUsdPerHour === null ? null : rate(one.microUsdPerHour),
  ]);
  const others = `${foreign} of others, which the sweep ignores`;
  return ours.length === 0
    ? [`No instances of this deployment; ${others}.`]
    : [...table(columns, rows), others];
}

/** Asks the user for confirmation, unless --yes is given. */
async function isConfirmed(count: number, { yes }: Options): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY)
    return usage('--execute needs --yes when there is no terminal to ask for confirmation');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`Destroy these ${count} instances? Type "yes" to confirm: `);
  lines.close();
  return answer.trim() === 'yes';
}

async function sweep(context: Context, options: Options): Promise<ExitCode> {
  const standalone = open(context, options);
  const document = documentOf(await standalone.survey());
  const { ours } = document;
  if (options.execute !== true) {
    context.show(document, linesOf);
    if (ours.length > 0)
      context.note('Nothing was destroyed. To destroy the instances, add --execute.');
    return ours.length > 0 ? EXIT.left : EXIT.ok;
  }
  if (ours.length > 0) {
    for (const line of linesOf(document)) context.note(line);
    if (!(await isConfirmed(ours.length, options))) return EXIT.left;
  }
  const outcome = await standalone.sweep();
  context.show({ ...document, outcome }, () => [
    outcome.kind === 'proved-empty'
      ? 'No instance of this deployment is left: two complete listings agree.'
      : 'Not proved: run the command again.',
  ]);
  return outcome.kind === 'proved-empty' ? EXIT.ok : EXIT.left;
}
