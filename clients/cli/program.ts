// The program: its global options, its commands and its help. Each command is in its own file.

import { Command, Option } from 'commander';
import { addAccount } from './commands/account.ts';
import { addBooks } from './commands/books.ts';
import { addCharges } from './commands/charges.ts';
import { addCompletion } from './commands/completion.ts';
import { addEndings } from './commands/ending.ts';
import { addExtending } from './commands/extending.ts';
import { addLease } from './commands/lease.ts';
import { addLeases } from './commands/leases.ts';
import { addOffers } from './commands/offers.ts';
import { addOperations } from './commands/operations.ts';
import { addSshConfig } from './commands/ssh-config.ts';
import type { Cli } from './context.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { addSweep } from './standalone/sweep.ts';

const CREDENTIALS_HELP = `
Credentials come from the first of: --profile; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_SESSION_TOKEN; AWS_PROFILE. Profiles are read from AWS_SHARED_CREDENTIALS_FILE or
~/.aws/credentials, then from the AWS credential chain: SSO, roles and credential processes in
~/.aws/config, and the role of an EC2 instance. For a loopback endpoint, the credentials of
"npm start" come first: the profile "consumer" in .gpu-shopper, or in the folder GPU_SHOPPER_DATA.`;

/** An argument may be a value of --env in the wrong place: commander must not repeat it. */
const withoutValues = (text: string): string =>
  text.replace(/'([^'=]*)=.*'/gs, "'$1=...'").replace(/(but got \d+): .*/s, '$1.\n');

/**
 * The program. Parsing it runs a command through `cli`. It throws CommanderError and never exits.
 */
export function createProgram(cli: Cli): Command {
  const program = new Command('gpu-shopper')
    .description('Leases cloud GPUs and ensures that each lease ends.')
    .addOption(
      new Option('--endpoint <url>', 'URL of the service')
        .env('GPU_SHOPPER_ENDPOINT')
        .default('http://127.0.0.1:8787'),
    )
    .addOption(
      new Option('--region <name>', 'AWS region that requests are signed for')
        .env('AWS_REGION')
        .default('us-east-1'),
    )
    .option('--profile <name>', 'profile of the credentials that sign requests (env: AWS_PROFILE)')
    .option('--json', "print the API's reply as one JSON document")
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    .exitOverride()
    .addHelpText('after', CREDENTIALS_HELP)
    .addHelpText('after', EXIT_CODES_HELP);
  addOffers(program, cli);
  addLease(program, cli);
  addLeases(program, cli);
  addEndings(program, cli);
  addExtending(program, cli);
  addSshConfig(program, cli);
  addAccount(program, cli);
  addBooks(program, cli);
  addOperations(program, cli);
  addCharges(program, cli);
  addSweep(program, cli);
  addCompletion(program);
  return program;
}
