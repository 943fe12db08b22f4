// The flags of a simulator that runs alone. What can't be taken is explained, never guessed.

import { parseArgs } from 'node:util';
import { flagOf, type Keys, variableOf } from './keys.ts';

/** What the flags depend on: the simulator's folder, and the fields of its provider's keys. */
export type Known = { readonly name: string; readonly keyFields: readonly string[] };

const defaultKey = 'simulated-key';

const keyLine = (field: string): string =>
  `  ${`--${flagOf(field)} KEY`.padEnd(18)}` +
  `  what opens it; ${variableOf(field)} in the environment is better (${defaultKey})`;

export const usageOf = ({ name, keyFields }: Known): string => `npm run simulate -- ${name} [flags]
  --port N            where to listen on 127.0.0.1; 0 lets the system choose
${keyFields.map(keyLine).join('\n')}
  --state FILE        where the state is kept; without it nothing outlives the process
  --clock FILE        {"realStart", "simStart", "scale"}: time that runs faster; real time without
  --seed N            which market a new state starts with (1)
  --credit USD        what a new state has paid in (1000)
  --others SHARE      how much of the market other people rent, 0 to 1 (0)
  --no-rate-limits    never answer that calls come too fast
  --refusal-restarts  each call refused as too fast makes the wait begin again
  --follow-parent     end when standard input does`;

const OPTIONS = {
  port: { type: 'string', default: '0' },
  state: { type: 'string' },
  clock: { type: 'string' },
  seed: { type: 'string', default: '1' },
  credit: { type: 'string', default: '1000' },
  others: { type: 'string', default: '0' },
  'rate-limits': { type: 'boolean', default: true },
  'refusal-restarts': { type: 'boolean', default: false },
  'follow-parent': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

function numberOf(flag: string, text: string, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= most) return value;
  throw new RangeError(`--${flag} must be a number from 0 to ${most}, not "${text}"`);
}

/** Reads them; null when only help is asked for. Throws what can be shown to a person. */
export function readFlags({ keyFields }: Known, args: readonly string[], env: Environment) {
  const keyFlag = { type: 'string', default: defaultKey } as const;
  const keyFlags = Object.fromEntries(keyFields.map((field) => [flagOf(field), keyFlag]));
  const options = { ...keyFlags, ...OPTIONS };
  const { values } = parseArgs({ args: [...args], allowNegative: true, options });
  if (values.help) return null;
  const given: Readonly<Record<string, unknown>> = values;
  const keys: Keys = Object.fromEntries(
    keyFields.map((field) => [field, env[variableOf(field)] ?? String(given[flagOf(field)])]),
  );
  return {
    port: numberOf('port', values.port, 65_535),
    clockPath: values.clock,
    followsParent: values['follow-parent'],
    options: {
      keys,
      seed: numberOf('seed', values.seed, 2 ** 32),
      credit: numberOf('credit', values.credit, 1e9),
      othersShare: numberOf('others', values.others, 1),
      rateLimits: values['rate-limits'],
      refusalRestarts: values['refusal-restarts'],
      ...(values.state !== undefined && { statePath: values.state }),
    },
  };
}
