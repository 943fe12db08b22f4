// The packed agent is the tested agent.sh, and small enough for every start script.

import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { agentScript, stripped } from '../../../scripts/pack-agent.ts';
import { packedAgent } from '../../../shared/agent/packed.ts';

describe('the packed agent', () => {
  it('is agent.sh without comments, as npm run agent packs it', () => {
    const unpacked = gunzipSync(Buffer.from(packedAgent(), 'base64')).toString('utf8');
    expect(unpacked).toBe(stripped(agentScript()));
  });

  it('takes at most 2,000 bytes of a start script', () => {
    expect(packedAgent().length).toBeLessThanOrEqual(2_000);
    expect(packedAgent()).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  it('is valid sh, with and without comments', () => {
    const check = (script: string) => execFileSync('sh', ['-n'], { input: script }).toString();
    expect(check(agentScript())).toBe('');
    expect(check(stripped(agentScript()))).toBe('');
  });
});

describe('stripping', () => {
  it('keeps code that only looks like a comment', () => {
    expect(stripped('#!/bin/sh\n\n  # why\n  echo "$#" # kept\n')).toBe('echo "$#" # kept\n');
  });
});
