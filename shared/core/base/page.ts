// The reasons to page an operator: each name is a section of `docs/runbook.md`.

export const PAGE_REASONS = [
  'blind',
  'unreadable',
  'wrong-table',
  'wrong-clock',
  'orphans',
  'doubtful',
  'near-miss',
  'other-account',
  'contradiction',
  'missing-crowd',
  'failing-step',
  'bad-message',
  'long-teardown',
  'mass-silence',
  'heartbeats-lost',
  'failed-actions',
  'unfinished-sweep',
  'books-differ',
  'balance-low',
  'price-doubtful',
] as const;
export type PageReason = (typeof PAGE_REASONS)[number];

/** The text of a page. It starts with the name to look up. */
export const pageOf = (reason: PageReason, message: string): string => `${reason}: ${message}`;
