// Banned calls and words, each with its reason and the folders of the rule. A rule checks code,
// comments, or code with literals.

import { type Check, matches, type SourceFile, views } from './source.ts';

type Ban = {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly view: 'code' | 'comments' | 'uncommented';
  readonly in?: RegExp;
  readonly except?: RegExp;
};

const PURE = /^shared\/(?:core|ports|usecases)\/.*\.tsx?$/;
const SOURCE = /\.tsx?$/;
/** The only file that may read the deployed service's clock. */
const RUNTIME = /^shared\/app\/runtime\.ts$/;
/** The outermost layer, and the sweep, in which one bad instance must not stop the others. */
const CATCHERS = new RegExp(
  [
    '^(?:shared/adapters|local|clients|bench|simulation|scripts|test|infra)/',
    '^functions/wrap/',
    '^shared/usecases/sweep/',
  ].join('|'),
);
const MICRO_USD = '\\w*[mM]icroUsd(?:PerHour)?\\b';

export const BANS: readonly Ban[] = [
  {
    rule: 'reads a clock: take the time as a value',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./g,
    view: 'code',
    in: /^shared\/.*\.tsx?$/,
    except: RUNTIME,
  },
  {
    rule: 'uses randomness: take random values through a port',
    pattern: /\bMath\.random\b/g,
    view: 'code',
    in: /^shared\/.*\.tsx?$/,
  },
  {
    rule: 'waits with a timer: wait through a port',
    pattern: /(?<![.\w])set(?:Timeout|Interval|Immediate)\s*\(/g,
    view: 'code',
    in: /^shared\/.*\.tsx?$/,
  },
  {
    rule: 'reaches outside the process: only adapters may',
    pattern: /\bprocess\.|(?<![.\w])fetch\s*\(|\brandomUUID\b|\bcrypto\./g,
    view: 'code',
    in: PURE,
  },
  {
    rule: 'reads the environment: only shared/app/config.ts may',
    pattern: /\bprocess\.env\b/g,
    view: 'code',
    in: SOURCE,
    except:
      /^(?:shared\/app\/config\.ts|local\/|clients\/cli\/|bench\/|simulation\/|test\/|infra\/)/,
  },
  {
    rule: 'prints: only composition roots may',
    pattern: /\bconsole\./g,
    view: 'code',
    in: SOURCE,
    except: /^(?:local|clients|bench|simulation|scripts)\//,
  },
  {
    rule: 'calculates with money: only shared/core/base/money.ts may multiply and divide it',
    pattern: new RegExp(
      `${MICRO_USD}\\)?\\s*[*/]|[*/]=?\\s*\\(?(?:\\w+\\??\\.)*${MICRO_USD}(?!\\()`,
      'g',
    ),
    view: 'code',
    in: /^(?:shared|functions|clients|local|infra)\/.*\.tsx?$/,
    // Simulators share no code with the service and compute in dollars.
    except: /^shared\/core\/base\/money\.ts$|^local\/simulators\//,
  },
  { rule: 'uses `as any`', pattern: /\bas any\b/g, view: 'code', in: SOURCE },
  {
    rule: 'turns the type checker off',
    pattern: /@ts-(?:ignore|nocheck)\b/g,
    view: 'comments',
    in: SOURCE,
  },
  {
    rule: 'expects a type error outside test/types',
    pattern: /@ts-expect-error\b/g,
    view: 'comments',
    in: SOURCE,
    except: /^test\/types\//,
  },
  {
    rule: 'expects a type error without a reason',
    pattern: /@ts-expect-error\W*$/gm,
    view: 'comments',
    in: /^test\/types\//,
  },
  {
    rule: 'skips tests',
    pattern: /\b(?:it|test|describe|suite)\b[\w.]*\.(?:skip|only|todo)\b/g,
    view: 'code',
    in: SOURCE,
  },
  {
    rule: 'defers work: write an issue or a decision',
    pattern: /\b(?:TODO|FIXME|XXX)\b/g,
    view: 'comments',
  },
  {
    rule: 'has a default export',
    pattern: /\bexport default\b|\bas default\b/g,
    view: 'code',
    in: SOURCE,
    except: /^vitest\.config\.ts$|\.d\.ts$/,
  },
  { rule: 'is a barrel', pattern: /\bexport \*/g, view: 'code', in: SOURCE },
  {
    // Biome 2.5.15 checks this only for mutable arrays; the project's arrays are readonly.
    rule: 'drops promises: forEach does not await them',
    pattern: /\.forEach\(\s*async\b/g,
    view: 'code',
    in: SOURCE,
  },
  {
    rule: 'catches: failures must reach the caller',
    pattern: /\bcatch\s*[({]/g,
    view: 'code',
    in: SOURCE,
    except: CATCHERS,
  },
  {
    rule: 'stops an execution: a lease must end through its teardown',
    pattern: /\bStopExecution(?:Command)?\b|\bstopExecution\b/g,
    view: 'uncommented',
    in: /\.(?:tsx?|json)$/,
    except: /^test\/tidy/,
  },
  {
    rule: 'turns rate limits off: a market always has them',
    pattern: /\brateLimits\b|\bno-rate-limits\b/g,
    view: 'uncommented',
    in: SOURCE,
    except: /^test\/tidy/,
  },
];

const covers = (ban: Ban, { path }: SourceFile): boolean =>
  (ban.in?.test(path) ?? true) && !(ban.except?.test(path) ?? false);

/** Everything banned, wherever it is banned. */
export const checkBans: Check = (files) =>
  files.flatMap((file) =>
    BANS.filter((ban) => covers(ban, file)).flatMap(({ rule, pattern, view }) =>
      matches(file, { text: views(file)[view], pattern, rule }),
    ),
  );
