// What a simulator says when it runs alone: where it is, how to point a client at it, and what can
// be made to go wrong. It must name nothing that it doesn't do.

import { faultNames } from './faults.ts';
import type { Keys } from './keys.ts';

export type Introduced = {
  readonly title: string;
  readonly clientLines: (url: string, keys: Keys) => readonly string[];
};

export function bannerLines(
  { title, clientLines }: Introduced,
  url: string,
  keys: Keys,
): readonly string[] {
  const pairs = faultNames.map((name, index) => (index % 5 === 0 ? `\n    ${name}` : ` ${name}`));
  return [
    `A simulated ${title}: nothing here is real, and nothing costs money.`,
    `  URL      ${url}`,
    ...Object.entries(keys).map(([field, key]) => `  ${field.padEnd(7)}  ${key}`),
    '',
    ...clientLines(url, keys),
    'Instances that are up answer ssh on 127.0.0.1 to the keys attached to them.',
    '',
    `Make things go wrong, with one of:${pairs.join('')}`,
    '  for the next call    ' +
      `curl ${url}/_sim/faults -d '{"name":"refuse","operation":"create","times":1}'`,
    `  for one instance     curl ${url}/_sim/faults -d '{"name":"vanish","instanceId":"ID"}'`,
    '  by the call itself   create with SIM_FAULT=drop-after-effect in its environment',
    `  no more              curl -X DELETE ${url}/_sim/faults`,
    `What is true, whatever the API says: ${url}/_sim/instances, /_sim/books and /_sim/requests`,
  ];
}
