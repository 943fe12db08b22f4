// Runs the simulated Vast.ai alone; its flags are those of every simulator.

import { runAlone } from '../kit/alone.ts';
import { createSimulator } from './simulator.ts';

await runAlone({
  name: 'vastai',
  title: 'Vast.ai',
  keyFields: ['apiKey'],
  create: createSimulator,
  clientLines: (url, { apiKey }) => [
    'Point a client at it by its base address, which usually is https://console.vast.ai:',
    `  vastai --url ${url} --api-key ${apiKey} show instances`,
    `  curl -H 'Authorization: Bearer ${apiKey}' ${url}/api/v1/instances/`,
  ],
});
