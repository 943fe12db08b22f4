// The text that a simulator prints when it runs alone: its address, its keys, how to configure a
// client, and how to inject faults. It must name nothing that the simulator does not do.

import { faultNames } from './faults.ts';
import type { Keys } from './keys.ts';

export type BannerFacts = {
  readonly title: string;
  readonly clientLines: (url: string, keys: Keys) => readonly string[];
};

export function bannerLines(
  { title, clientLines }: BannerFacts,
  url: string,
  keys: Keys,
): readonly string[] {
  const pairs = faultNames.map((name, index) => (index % 5 === 0 ? `\n    ${name}` : ` ${name}`));
  return [
    `A simulated ${title}: no real instances, no costs.`,
    `  URL      ${url}`,
    ...Object.entries(keys).map(([field, key]) => `  ${field.padEnd(7)}  ${key}`),
    '',
    ...clientLines(url, keys),
    'A running instance accepts SSH on 127.0.0.1 with the keys attached to it.',
    '',
    `Inject a fault:${pairs.join('')}`,
    '  in the next call     ' +
      `curl ${url}/_sim/faults -d '{"name":"refuse","operation":"create","times":1}'`,
    `  in one instance      curl ${url}/_sim/faults -d '{"name":"vanish","instanceId":"ID"}'`,
    '  in your create call  set SIM_FAULT=drop-after-effect in the environment of the instance',
    `  remove all faults    curl -X DELETE ${url}/_sim/faults`,
    `Actual state, without faults and delays: ${url}/_sim/instances, /_sim/books, /_sim/requests`,
  ];
}
