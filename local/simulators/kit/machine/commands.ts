// The commands of a rented machine: enough to check a login and its GPUs. Nothing here may run a
// program on the simulator's own computer.

import { type Gpus, nvidiaSmi } from './nvidia-smi.ts';

export type Host = { readonly name: string; readonly gpus: Gpus };

export type Result = {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  /** Whether the shell exits. */
  readonly ends: boolean;
};

type Command = (args: readonly string[], host: Host) => Partial<Result>;

const commands: Readonly<Record<string, Command>> = {
  'nvidia-smi': (args, { gpus }) => nvidiaSmi(args, gpus),
  hostname: (_, { name }) => ({ out: `${name}\n` }),
  whoami: () => ({ out: 'root\n' }),
  echo: (args) => ({ out: `${args.join(' ')}\n` }),
  exit: ([code = '0']) => ({ code: Number.parseInt(code, 10) & 255, ends: true }),
};

/** Runs one command line; 127 for an unknown command. An empty line does nothing. */
export function runLine(line: string, host: Host): Result {
  const nothing: Result = { out: '', err: '', code: 0, ends: false };
  const [name, ...args] = splitWords(line);
  if (name === undefined) return nothing;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return { ...nothing, err: `${name}: command not found\n`, code: 127 };
  return { ...nothing, ...command(args, host) };
}

/** Splits at spaces outside quotes; no other shell syntax is supported. */
function splitWords(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
