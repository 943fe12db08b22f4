// The flags of `npm start`. Whatever can't be taken is explained, never guessed.

import { parseArgs } from 'node:util';
import { ProviderName, rowOf } from '../shared/core/base/providers.ts';

/** Each provider's keys and its name, a line each. */
const keyLines = ProviderName.options
  .map(rowOf)
  .map(({ title, keys }) => `  ${Object.values(keys).join(' and ')}: ${title}`);

export const USAGE = `npm start -- [flags]
  --port N         where to listen on 127.0.0.1; 0 lets the system choose (8787)
  --data FOLDER    where state and credentials are kept (.gpu-shopper)
  --time-scale N   simulated seconds in a real one, 1 to 300 (1)
With keys of a provider in the environment, leases cost real money there:
${keyLines.join('\n')}`;

export type Flags = {
  readonly port: number;
  readonly folder: string;
  readonly timeScale: number;
  /** Whether these are what the command line tool expects unless it is told. */
  readonly isDefault: boolean;
};

export type FlagsRead =
  | { readonly kind: 'run'; readonly flags: Flags }
  | { readonly kind: 'help' }
  | { readonly kind: 'bad'; readonly problem: string };

const bad = (problem: string): FlagsRead => ({ kind: 'bad', problem });

const OPTIONS = {
  port: { type: 'string', default: '8787' },
  data: { type: 'string', default: '.gpu-shopper' },
  'time-scale': { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

/** Null for what is no whole number from `least` to `most`. */
function whole(text: string, least: number, most: number): number | null {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Reads the flags; `real` when instances are leased at providers and not at their simulators. */
export function readFlags(args: readonly string[], real: boolean): FlagsRead {
  const values = parsed(args);
  if (typeof values === 'string') return bad(`${values}\n\n${USAGE}`);
  if (values.help) return { kind: 'help' };
  const { port: portText, data: folder, 'time-scale': scaleText } = values;
  const port = whole(portText, 0, 65_535);
  if (port === null) return bad(`--port must be a whole number from 0 to 65535, not "${portText}"`);
  const timeScale = whole(scaleText, 1, 300);
  if (timeScale === null) {
    return bad(`--time-scale must be a whole number from 1 to 300, not "${scaleText}"`);
  }
  if (folder.trim() === '') return bad('--data must name a folder');
  if (real && timeScale !== 1) {
    return bad('--time-scale is for simulated providers: real ones keep real time');
  }
  const isDefault = portText === OPTIONS.port.default && folder === OPTIONS.data.default;
  return { kind: 'run', flags: { port, folder, timeScale, isDefault } };
}
