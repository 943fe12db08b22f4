// Dependencies are pinned, so that the tested versions run. The lock file must contain every
// package of `npm ci`, and only addresses of the public registry.

import * as z from 'zod/mini';

const Versions = z._default(z.record(z.string(), z.string()), {});
const Package = z.object({
  version: z.optional(z.string()),
  resolved: z.optional(z.string()),
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
});
type Package = z.infer<typeof Package>;
const Lock = z.object({ packages: z.record(z.string(), Package) });
type Lock = z.infer<typeof Lock>;

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const REGISTRY = 'https://registry.npmjs.org/';

const wanted = (item: Package): readonly (readonly [string, string])[] => [
  ...Object.entries(item.dependencies),
  ...Object.entries(item.devDependencies),
  ...Object.entries(item.optionalDependencies),
];

/** The entry Node finds for `name` from a package at `path`: its own folder first, then upwards. */
function entryFor(lock: Lock, path: string, name: string): Package | undefined {
  const own = path === '' ? '' : `${path}/`;
  const found = lock.packages[`${own}node_modules/${name}`];
  if (found !== undefined || path === '') return found;
  return entryFor(lock, path.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''), name);
}

/** Faults of `package.json` and `package-lock.json`, given as their texts. */
export function checkPackages(packageText: string, lockText: string): readonly string[] {
  const own = wanted(Package.parse(JSON.parse(packageText)));
  const lock = Lock.parse(JSON.parse(lockText));
  const loose = own.filter(([, version]) => !EXACT.test(version));
  const stale = own.filter(([name, version]) => entryFor(lock, '', name)?.version !== version);
  const entries = Object.entries(lock.packages);
  const missing = entries.flatMap(([path, item]) =>
    wanted(item)
      .filter(([name]) => path !== '' && entryFor(lock, path, name) === undefined)
      .map(([name]) => `${path} lacks ${name}`),
  );
  const elsewhere = entries.filter(
    ([, { resolved }]) => !(resolved ?? REGISTRY).startsWith(REGISTRY),
  );
  return [
    ...loose.map(([name, version]) => `${name} ${version} is not exact`),
    ...stale.map(([name, version]) => `${name} ${version} differs from the lock file`),
    ...missing,
    ...elsewhere.map(([path]) => `${path} is not from the public registry`),
  ];
}
