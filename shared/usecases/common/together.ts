// Carries out several pieces of work beside each other, whatever happens to one of them.

/** Waits for all of them. Throws the first error there was, once all are over. */
export async function together(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
