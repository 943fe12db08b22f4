// Decisions about accounts and the ledger, each with its unit and reason; see policy.ts.

export const ledgerPolicy = {
  account: {
    /** An item's write cost grows with its size; larger teams take several accounts. */
    maxOpenLeases: 200,
    /** Each has its own note in the log: more would be noise. */
    maxThresholds: 10,
    maxGpuNames: 50,
    /** Open holds listed in a refusal, the largest first. */
    holdsShown: 5,
    /** Notes of an account in one page. */
    notesPage: 100,
  },
  ledger: {
    /** Entries per read: a DynamoDB page holds 1 MB, and an entry is below 1 KB. */
    pageSize: 1_000,
    /** Ten million entries of one account. */
    maxPages: 10_000,
  },
} as const;
