// Counters in CloudWatch's embedded metric format.

import { afterEach, expect, it, vi } from 'vitest';
import { createCounter } from '../../../shared/adapters/metrics.ts';

afterEach(() => void vi.restoreAllMocks());

it('counts each occurrence at once, by deployment', () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  const count = createCounter('production');
  count('heartbeat-malformed');
  count('heartbeat-malformed');
  expect(lines).toHaveLength(2);
  const [first = ''] = lines;
  expect(JSON.parse(first)).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'gpu-shopper',
          Dimensions: [['service', 'deployment']],
          Metrics: [{ Name: 'heartbeat-malformed', Unit: 'Count' }],
        },
      ],
    },
    service: 'gpu-shopper',
    deployment: 'production',
    'heartbeat-malformed': 1,
  });
});
