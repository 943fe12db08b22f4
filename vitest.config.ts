// How tests run: files beside each other on two cores, none of them ever waiting for real time.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: new URL('./test/support/setup.ts', import.meta.url).pathname,
    // Two cores: more workers only fight over them.
    maxWorkers: 2,
    // Files share a worker and its modules, so no module keeps anything from one test to another.
    isolate: false,
    unstubEnvs: true,
    // Node runs the sources by itself, as it runs the service.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // The node agent's tests wait for real seconds, all of them side by side.
    maxConcurrency: 20,
    // Real services and shells take their time on a busy computer.
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
