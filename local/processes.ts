// The child processes of the service: its database and, unless the providers are real, a simulator
// for each provider. All their state is in the data folder.

import { join } from 'node:path';
import { ProviderName, rowOf } from '../shared/core/base/providers.ts';
import { type Child, startChild } from './children.ts';
import { simulatedKeys, simulatorProgram } from './markets.ts';
import type { Settings } from './settings.ts';
import { type Keys, variableOf } from './simulators/kit/keys.ts';

export type ProcessOptions = {
  readonly folder: string;
  readonly onLost: (message: string) => void;
};

export type Simulator = {
  readonly name: ProviderName;
  readonly keys: Keys;
  readonly child: Child;
};

const DATABASE = new URL('./aws/database-process.ts', import.meta.url);

/** Starts a simulator with its own state file and the clock of the service. */
async function startSimulator(
  { folder, onLost }: ProcessOptions,
  name: ProviderName,
  secret: string,
): Promise<Simulator> {
  const keys = simulatedKeys(name, secret);
  const state = join(folder, `simulator-${name}.json`);
  const clock = join(folder, 'clock.json');
  const child = await startChild({
    name: `simulator of ${rowOf(name).title}`,
    file: simulatorProgram(name),
    args: ['--port', '0', '--state', state, '--clock', clock, '--follow-parent'],
    env: Object.fromEntries(Object.entries(keys).map(([field, key]) => [variableOf(field), key])),
    onLost,
  });
  return { name, keys, child };
}

/** Starts the processes and waits until all of them serve. Rejects when one does not start. */
export async function startProcesses(options: ProcessOptions, settings: Settings) {
  const database = await startChild({
    name: 'database',
    file: DATABASE,
    args: [join(options.folder, 'database')],
    onLost: options.onLost,
  });
  const simulated = settings.market === 'simulated' ? ProviderName.options : [];
  const simulators = await Promise.all(
    simulated.map((name) => startSimulator(options, name, settings.simulatorKey)),
  );
  const children = [database, ...simulators.map(({ child }) => child)];
  const end = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.end()));
  };
  return { database, simulators, end };
}
