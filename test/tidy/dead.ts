// Finds files that no program imports. A file that only tests import is also dead.

import { type Check, importsOf, isSource, type SourceFile } from './source.ts';

const HANDLER = /^functions\/[^/]+\.tsx?$/;
const TOOL = /^[^/]+\.config\.ts$|(?:^|\/)main\.tsx?$/;
const SCRIPTS = /^(?:package|cdk)\.json$/;

/** The files that the scripts of package.json and cdk.json start. */
function startedFiles(files: readonly SourceFile[]): readonly string[] {
  const scripts = files.filter(({ path }) => SCRIPTS.test(path));
  return scripts.flatMap(({ text }) =>
    [...text.matchAll(/[\w./-]+\.tsx?\b/g)].map(([path]) => path),
  );
}

/** Files referenced by their URL, such as the program of a child process. */
function urlsOf({ path, text }: SourceFile): readonly string[] {
  const folder = `file:///${path}`;
  return [...text.matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g)].map(({ 1: url = '' }) =>
    new URL(url, folder).pathname.slice(1),
  );
}

function reach(files: readonly SourceFile[], roots: readonly string[]): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const next = [...roots];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    next.push(...importsOf(file).map(({ target }) => target), ...urlsOf(file));
  }
  return reached;
}

/** Source files that no program imports; an import by a test counts only for files in `test/`. */
export const checkDead: Check = (files) => {
  const sources = files.filter(isSource);
  const programs = sources.filter(({ path }) => HANDLER.test(path) || TOOL.test(path));
  const tests = sources.filter(({ path }) => /^test\/(?:.*\.test|types\/.*)\.tsx?$/.test(path));
  const entries = programs.map(({ path }) => path);
  const used = reach(sources, [...startedFiles(files), ...entries]);
  const tested = reach(
    sources,
    tests.map(({ path }) => path),
  );
  return sources
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('.d.ts') && !used.has(path))
    .filter((path) => !(path.startsWith('test/') && tested.has(path)))
    .map((path) => ({ path, line: 1, rule: 'is reached by no program' }));
};
