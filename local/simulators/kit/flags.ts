// The flags of a simulator that runs alone. An invalid flag is an error that says what is allowed.

import { parseArgs } from 'node:util';
import { flagOf, type Keys, variableOf } from './keys.ts';

/** The name of the simulator's folder, and the fields of its provider's keys. */
export type Identity = { readonly name: string; readonly keyFields: readonly string[] };

const defaultKey = 'simulated-key';

const keyLine = (field: string): string =>
  `  ${`--${flagOf(field)} KEY`.padEnd(18)}` +
  `  the API key; prefer ${variableOf(field)} in the environment (default ${defaultKey})`;

export const usageOf = ({
  name,
  keyFields,
}: Identity): string => `npm run simulate -- ${name} [flags]
  --port N            port on 127.0.0.1; 0 picks a free port
${keyFields.map(keyLine).join('\n')}
  --state FILE        file for the state; without it the state is lost at exit
  --clock FILE        scaled time: {"realStart", "simStart", "scale"}; real time without it
  --seed N            seed of the market in a new state (default 1)
  --credit USD        credit of a new state (default 1000)
  --others SHARE      share of the market rented by other customers, 0 to 1 (default 0)
  --refusal-restarts  a rate-limited call restarts the wait
  --follow-parent     exit when standard input closes`;

const OPTIONS = {
  port: { type: 'string', default: '0' },
  state: { type: 'string' },
  clock: { type: 'string' },
  seed: { type: 'string', default: '1' },
  credit: { type: 'string', default: '1000' },
  others: { type: 'string', default: '0' },
  'refusal-restarts': { type: 'boolean', default: false },
  'follow-parent': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

function parseNumber(flag: string, text: string, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= max) return value;
  throw new RangeError(`--${flag} must be a number from 0 to ${max}, not "${text}"`);
}

/** Reads the flags; null for `--help`. Throws an error with a message for the user. */
export function readFlags({ keyFields }: Identity, args: readonly string[], env: Environment) {
  const keyFlag = { type: 'string', default: defaultKey } as const;
  const keyFlags = Object.fromEntries(keyFields.map((field) => [flagOf(field), keyFlag]));
  const options = { ...keyFlags, ...OPTIONS };
  const { values } = parseArgs({ args: [...args], allowNegative: true, options });
  if (values.help) return null;
  const flags: Readonly<Record<string, unknown>> = values;
  const keys: Keys = Object.fromEntries(
    keyFields.map((field) => [field, env[variableOf(field)] ?? String(flags[flagOf(field)])]),
  );
  return {
    port: parseNumber('port', values.port, 65_535),
    clockPath: values.clock,
    followsParent: values['follow-parent'],
    options: {
      keys,
      seed: parseNumber('seed', values.seed, 2 ** 32),
      credit: parseNumber('credit', values.credit, 1e9),
      othersShare: parseNumber('others', values.others, 1),
      refusalRestarts: values['refusal-restarts'],
      ...(values.state !== undefined && { statePath: values.state }),
    },
  };
}
