// The flags of `npm start`. An invalid flag is an error that says what is allowed.

import { parseArgs } from 'node:util';
import { ProviderName, rowOf } from '../shared/core/base/providers.ts';

/** One line per provider: its key variables and its name. */
const keyLines = ProviderName.options
  .map(rowOf)
  .map(({ title, keys }) => `  ${Object.values(keys).join(' and ')}: ${title}`);

export const USAGE = `npm start -- [flags]
  --port N         port on 127.0.0.1; 0 picks a free port (default 8787)
  --data FOLDER    folder for state and credentials (default .gpu-shopper)
  --time-scale N   simulated seconds per real second, 1 to 300 (default 1)
With a provider's keys in the environment, leases run there and cost real money:
${keyLines.join('\n')}`;

export type Flags = {
  readonly port: number;
  readonly folder: string;
  readonly timeScale: number;
  /** Whether port and folder are the defaults of the command line. */
  readonly isDefault: boolean;
};

export type FlagsRead =
  | { readonly kind: 'run'; readonly flags: Flags }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly problem: string };

const invalid = (problem: string): FlagsRead => ({ kind: 'invalid', problem });

const OPTIONS = {
  port: { type: 'string', default: '8787' },
  data: { type: 'string', default: '.gpu-shopper' },
  'time-scale': { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

/** A whole number from `min` to `max`; null for any other text. */
function parseWhole(text: string, min: number, max: number): number | null {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Reads the flags. `real` is true when instances are leased at real providers. */
export function readFlags(args: readonly string[], real: boolean): FlagsRead {
  const values = parse(args);
  if (typeof values === 'string') return invalid(`${values}\n\n${USAGE}`);
  if (values.help) return { kind: 'help' };
  const { port: portText, data: folder, 'time-scale': scaleText } = values;
  const port = parseWhole(portText, 0, 65_535);
  if (port === null)
    return invalid(`--port must be a whole number from 0 to 65535, not "${portText}"`);
  const timeScale = parseWhole(scaleText, 1, 300);
  if (timeScale === null) {
    return invalid(`--time-scale must be a whole number from 1 to 300, not "${scaleText}"`);
  }
  if (folder.trim() === '') return invalid('--data must name a folder');
  if (real && timeScale !== 1) {
    return invalid(
      '--time-scale must be 1 with a real provider: only simulated time can be scaled',
    );
  }
  const isDefault = portText === OPTIONS.port.default && folder === OPTIONS.data.default;
  return { kind: 'run', flags: { port, folder, timeScale, isDefault } };
}
