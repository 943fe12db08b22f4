// Reads the repository as git does: tracked files, and new ones that are not ignored. The bad
// samples are left out, since they violate the rules on purpose.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from './source.ts';

const TEXT = /\.(?:tsx?|mts|js|mjs|json|md|html|css|sh|yml|yaml|txt)$|^\.[\w/-]+$/;
const LEFT_OUT = /^test\/fixtures\/tidy\/|(?:^|\/)package-lock\.json$/;

/** Every text file of the repository at `root`. */
export function readTree(root: string): readonly SourceFile[] {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\0');
  return paths
    .filter((path) => TEXT.test(path) && !LEFT_OUT.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
