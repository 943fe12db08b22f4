// How tests run: files beside each other on two cores, none of them ever waiting for real time.

import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** Prints the last line of a run. A file that could not be run counts as a failed test. */
const closingLine: Reporter = {
  onTestRunEnd(modules, unhandled) {
    const states = modules.flatMap(({ children }) =>
      [...children.allTests()].map((test) => test.result().state),
    );
    const countOf = (state: string): number => states.filter((each) => each === state).length;
    const broken = modules.flatMap((module) => module.errors()).length + unhandled.length;
    const [passed, skipped] = [countOf('passed'), countOf('skipped')];
    const failed = countOf('failed') + broken;
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  },
};

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: new URL('./test/support/setup.ts', import.meta.url).pathname,
    reporters: ['default', closingLine],
    // Two cores: more workers only fight over them.
    maxWorkers: 2,
    // Files share a worker and its modules, so no module keeps anything from one test to another.
    isolate: false,
    unstubEnvs: true,
    // Node runs the sources by itself, as it runs the service; .tsx would need Vite's runner.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // The node agent's tests wait for real seconds, all of them side by side.
    maxConcurrency: 20,
    // Real services and shells take their time on a busy computer.
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
