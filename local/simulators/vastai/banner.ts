// What the simulator says when it runs alone: where it is, how to point a client at it, and what
// can be made to go wrong. It must name nothing that it doesn't do.

import { faultNames } from '../kit/faults.ts';

export function bannerLines(url: string, apiKey: string): readonly string[] {
  const pairs = faultNames.map((name, index) => (index % 5 === 0 ? `\n    ${name}` : ` ${name}`));
  return [
    'A simulated Vast.ai: nothing here is real, and nothing costs money.',
    `  URL      ${url}`,
    `  API key  ${apiKey}`,
    '',
    'Point a client at it by its base address, which usually is https://console.vast.ai:',
    `  vastai --url ${url} --api-key ${apiKey} show instances`,
    `  curl -H 'Authorization: Bearer ${apiKey}' ${url}/api/v1/instances/`,
    'Machines that are up answer ssh on 127.0.0.1 to the keys attached to them.',
    '',
    `Make things go wrong, with one of:${pairs.join('')}`,
    '  for the next call    ' +
      `curl ${url}/_sim/faults -d '{"name":"refuse","operation":"create","times":1}'`,
    `  for one instance     curl ${url}/_sim/faults -d '{"name":"vanish","instanceId":31988001}'`,
    '  by the call itself   create with "env": {"SIM_FAULT": "drop-after-effect"}',
    `  no more              curl -X DELETE ${url}/_sim/faults`,
    `What is true, whatever the API says: ${url}/_sim/instances, /_sim/books and /_sim/requests`,
  ];
}
