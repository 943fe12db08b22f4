// Pages of a list that is read in order.

/** Where the next page goes on: after the last item of this one; null when this one is the last. */
export function nextPlace<Item>(page: readonly Item[], limit: number): Item | null {
  return page.length < limit ? null : (page.at(-1) ?? null);
}
