// The packed agent is the agent that is read and tested, and small enough for every start script.

import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { agentScript, stripped } from '../../../scripts/pack-agent.ts';
import { packedAgent } from '../../../shared/agent/packed.ts';

describe('the packed agent', () => {
  it('is the one in agent.sh, without comments; npm run agent packs it again', () => {
    const unpacked = gunzipSync(Buffer.from(packedAgent(), 'base64')).toString('utf8');
    expect(unpacked).toBe(stripped(agentScript()));
  });

  it('takes at most 2,000 bytes of a start script', () => {
    expect(packedAgent().length).toBeLessThanOrEqual(2_000);
    expect(packedAgent()).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  it('is correct for sh, stripped or not', () => {
    const check = (script: string) => execFileSync('sh', ['-n'], { input: script }).toString();
    expect(check(agentScript())).toBe('');
    expect(check(stripped(agentScript()))).toBe('');
  });
});

describe('stripping', () => {
  it('leaves code alone: what only looks like a comment stays', () => {
    expect(stripped('#!/bin/sh\n\n  # why\n  echo "$#" # kept\n')).toBe('echo "$#" # kept\n');
  });
});
