// `npm run agent`: packs the node agent into shared/agent/packed.ts, which start scripts import,
// without comments, indentation and empty lines. The packed file is committed; a test compares it.

import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const AGENT = new URL('../shared/agent/agent.sh', import.meta.url);
const PACKED = new URL('../shared/agent/packed.ts', import.meta.url);

const OPENING = [
  '// The node agent, packed by scripts/pack-agent.ts and never edited by hand: compressed with gzip',
  '// and written in base64, because start scripts are short and hold text only.',
  '',
  '/** A function, so that bundles which start no instance leave it out. */',
  'export const packedAgent = (): string =>',
  '  [',
];

/** The script without comments, indentation and empty lines. */
export function stripped(script: string): string {
  const lines = script.split('\n').map((line) => line.trim());
  return `${lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n')}\n`;
}

/** The agent's script, as in its file. */
export const agentScript = (): string => readFileSync(AGENT, 'utf8');

function moduleOf(script: string): string {
  const packed = gzipSync(stripped(script), { level: 9 }).toString('base64');
  const lines = (packed.match(/.{1,92}/g) ?? []).map((line) => `    '${line}',`);
  return [...OPENING, ...lines, "  ].join('');", ''].join('\n');
}

if (import.meta.main) writeFileSync(PACKED, moduleOf(agentScript()));
