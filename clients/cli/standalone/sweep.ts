// `gpu-shopper sweep`: finds and ends our instances at a provider without the service, when that is
// lost. It shows what it would do and does nothing until it is told to.

import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { openStandalone } from '../../../shared/app/standalone.ts';
import { Failure } from '../../../shared/core/base/failure.ts';
import { ProviderName, rowOf } from '../../../shared/core/base/providers.ts';
import { epochMs } from '../../../shared/core/base/time.ts';
import type { Cli, Context } from '../context.ts';
import { EXIT, type ExitCode, usage } from '../exit-codes.ts';
import { rate, table } from '../format.ts';

type Options = { readonly provider: string; readonly execute?: boolean; readonly yes?: boolean };
type Standalone = ReturnType<typeof openStandalone>;
type Survey = Awaited<ReturnType<Standalone['survey']>>;

/** The variables of every provider's keys, a line each. */
const keyLines = ProviderName.options
  .map(rowOf)
  .flatMap(({ title, keys }) =>
    Object.values(keys).map((variable) => `  ${variable.padEnd(25)}  a key of ${title}`),
  )
  .join('\n');

const HELP = `
It needs no service and no AWS account. In the environment:
  GPU_SHOPPER_DEPLOYMENT_ID  whose instances they are
  GPU_SHOPPER_TAG_KEY        the key their tags are signed with
${keyLines}
It ends all instances of the deployment, those of leases that are served well too. One that is just
being created may appear some minutes later: run it again then.`;

/** Adds `sweep`. */
export function addSweep(program: Command, cli: Cli): void {
  program
    .command('sweep')
    .description('without the service: find our instances at a provider, and end them')
    .addOption(
      new Option('--provider <name>', 'where to look')
        .choices(ProviderName.options)
        .makeOptionMandatory(),
    )
    .option('--execute', 'destroy them; without it they are only shown')
    .option('--yes', 'do not ask before destroying')
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
    if (error instanceof Failure && error.name === 'BadConfig') return usage(error.message);
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
  const others = `${foreign} of others, which are left alone`;
  return ours.length === 0 ? [`None of ours; ${others}.`] : [...table(columns, rows), others];
}

/** Asks a person, if there is one. */
async function agreed(count: number, { yes }: Options): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY) return usage('--execute without a terminal to ask on needs --yes');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`Destroy these ${count}? Type "yes" to do it: `);
  lines.close();
  return answer.trim() === 'yes';
}

async function sweep(context: Context, options: Options): Promise<ExitCode> {
  const standalone = open(context, options);
  const document = documentOf(await standalone.survey());
  const { ours } = document;
  if (options.execute !== true) {
    context.show(document, linesOf);
    if (ours.length > 0) context.note('Nothing was destroyed: --execute does it.');
    return ours.length > 0 ? EXIT.left : EXIT.ok;
  }
  if (ours.length > 0) {
    for (const line of linesOf(document)) context.note(line);
    if (!(await agreed(ours.length, options))) return EXIT.left;
  }
  const outcome = await standalone.sweep();
  context.show({ ...document, outcome }, () => [
    outcome.kind === 'proved-empty'
      ? 'None of ours is left: two complete listings agree.'
      : 'Not proved: run it again.',
  ]);
  return outcome.kind === 'proved-empty' ? EXIT.ok : EXIT.left;
}
