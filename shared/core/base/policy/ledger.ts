// Decisions about accounts and the ledger, each with its unit and reason; see policy.ts.

export const ledgerPolicy = {
  account: {
    /** An item's write cost grows with its size; larger teams take several accounts. */
    maxOpenLeases: 200,
    /** They are told one by one: more would be noise. */
    maxThresholds: 10,
    maxGpuNames: 50,
    /** Open holds that a refusal names, the largest first. */
    holdsShown: 5,
    /** Events of an account in one page. */
    notesPage: 100,
  },
  ledger: {
    /** Entries read at once: a page of DynamoDB holds 1 MB, and no entry 1 KB. */
    pageSize: 1_000,
    /** Ten million entries of one account. */
    maxPages: 10_000,
  },
} as const;
