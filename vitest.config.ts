// How tests run: files beside each other on two cores, none of them ever waiting for real time.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores: more workers only fight over them.
    maxWorkers: 2,
    // Real services and shells take their time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
