// Removes one safety line in a copy of the sources and runs the test that must fail. Only a failed
// expectation counts: a copy that does not run proves nothing.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as z from 'zod/mini';

export type Ablation = {
  /** The safety property that the line implements. */
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly line: string;
  readonly instead: string;
  /** The test that must fail, and the group it is in. */
  readonly test: { readonly file: string; readonly of: string; readonly name: string };
};

const ROOT = join(import.meta.dirname, '..', '..');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
/** Folders that are not copied: they are not sources, and may be large or private. */
const SKIPPED = ['node_modules', '.git', 'cdk.out', 'coverage', 'data', 'docs', 'bench'];

/** The messages of a failed expectation: an assertion, a property, or a timeout in virtual time. */
const FAILED_EXPECTATION =
  /^(?:AssertionError|Error: (?:Property failed|expected |promise resolved |not done in ))/;

const Report = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()),
        }),
      ),
    }),
  ),
});

/** A copy of the sources in a temporary folder; disposing removes it. */
export function copySources(): { readonly folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'ablation-'));
  const filter = (path: string): boolean => !SKIPPED.includes(basename(path));
  cpSync(ROOT, folder, { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** `source` without the line. Throws unless the line occurs exactly once. */
export function without(source: string, { name, file, line, instead }: Ablation): string {
  const found = source.split(line).length - 1;
  if (found !== 1) throw new Error(`${name}: its line occurs ${found} times in ${file}`);
  return source.replace(line, () => instead);
}

const fullNameOf = ({ of, name }: Ablation['test']): string => `${of} ${name}`;

async function reportOf(folder: string, { test }: Ablation) {
  // Vitest joins group and test with a space in the report, and with ` > ` for the pattern.
  const exactly = `${fullNameOf(test)
    .replace(/[^\w ]/g, '\\$&')
    .replaceAll(' ', '(?: | > )')}$`;
  const outputFile = join(folder, 'report.json');
  const options = ['--reporter=json', `--outputFile=${outputFile}`, '-t', exactly];
  const child = spawn(process.execPath, [VITEST, 'run', test.file, ...options], {
    cwd: folder,
    stdio: 'ignore',
    // The test must run, also when a sample would skip it.
    env: { ...process.env, LONG: '1' },
  });
  await once(child, 'exit');
  const report = Report.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
  rmSync(outputFile);
  return report;
}

/** Runs the test without the line: `caught` when it fails, otherwise the reason. */
export async function ablate(folder: string, ablation: Ablation): Promise<string> {
  const path = join(folder, ablation.file);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, without(whole, ablation));
  const { testResults } = await reportOf(folder, ablation).finally(() =>
    writeFileSync(path, whole),
  );
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const ofTest = results.filter(({ fullName }) => fullName === fullNameOf(ablation.test));
  const failed = ofTest.find(({ status }) => status === 'failed');
  if (failed === undefined) return ofTest.length === 0 ? 'its test did not run' : 'its test passed';
  const [why = ''] = failed.failureMessages;
  return FAILED_EXPECTATION.test(why) ? 'caught' : `broke: ${why}`;
}
