// The safety lines about whose an instance is, and under which account a response counts.

import type { Ablation } from './run.ts';

export const IDENTITY_LINES: readonly Ablation[] = [
  {
    name: 'evidence before destroy',
    file: 'shared/core/lease/destroy-evidence.ts',
    line: "return keep(isVerified(attempt) ? 'gone' : 'wait');",
    instead: "return keep('destroy');",
    test: {
      file: 'test/shared/core/lease/destroy-evidence.test.ts',
      of: 'an instance that was never verified',
      name: 'is never destroyed without evidence',
    },
  },
  {
    name: 'a read of each verified id before a proof',
    file: 'shared/core/lease/absence-round.ts',
    line: 'if (unread.length > 0) {',
    instead: 'if (unread.length < 0) {',
    test: {
      file: 'test/shared/core/lease/absence-round.test.ts',
      of: 'an empty listing',
      name: 'is no proof before the provider says that it does not know the verified id',
    },
  },
  {
    name: 'an instance that may be ours is not absent',
    file: 'shared/core/lease/absence-round.ts',
    line: 'if (claims.doubtful.length > 0) {',
    instead: 'if (claims.doubtful.length < 0) {',
    test: {
      file: 'test/shared/core/lease/absence-round.test.ts',
      of: 'a listing that shows an instance',
      name: 'is no proof while it shows one that may be of the lease',
    },
  },
  {
    name: 'a listing counts only under its account',
    file: 'shared/usecases/common/listing.ts',
    line: 'if (provider !== null && (await doesVouch(ports, provider, attempt))) return provider;',
    instead: 'if (provider !== null) return provider;',
    test: {
      file: 'test/shared/usecases/lease/rounds.test.ts',
      of: 'a round under a key of another account',
      name: 'proves nothing, records no destroy and throws',
    },
  },
  {
    name: 'no create under an unknown account',
    file: 'shared/core/lease/launch-intent.ts',
    line: "if ('refused' in account) return keep(detour('not-called', account.refused));",
    instead:
      "if ('refused' in account) return recordIntent(lease, { offer, account: null, facts }, now);",
    test: {
      file: 'test/shared/core/lease/launch-intent.test.ts',
      of: 'an intent',
      name: 'is not recorded under an account that nobody added',
    },
  },
  {
    name: 'a heartbeat contradicts a loss',
    file: 'shared/core/sweep/carry-out.ts',
    line: 'at !== null && at > since',
    instead: 'at !== null && at > since && since < 0',
    test: {
      file: 'test/machines/other-account.test.ts',
      of: 'a key of another account',
      name: 'as variant 1 loses no lease, pages, and destroys nothing when the right key is back',
    },
  },
];
