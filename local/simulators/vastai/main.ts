// Runs the simulated Vast.ai alone, with the flags of every simulator.

import { runAlone } from '../kit/alone.ts';
import { createSimulator } from './simulator.ts';

await runAlone({
  name: 'vastai',
  title: 'Vast.ai',
  keyFields: ['apiKey'],
  create: createSimulator,
  clientLines: (url, { apiKey }) => [
    'Configure your client with this base URL in place of https://console.vast.ai:',
    `  vastai --url ${url} --api-key ${apiKey} show instances`,
    `  curl -H 'Authorization: Bearer ${apiKey}' ${url}/api/v1/instances/`,
  ],
});
