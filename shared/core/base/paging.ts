// Pages of an ordered list.

/**
 * The position of the next page: after the last item of this page; null when this page is the last.
 */
export function nextPlace<Item>(page: readonly Item[], limit: number): Item | null {
  return page.length < limit ? null : (page.at(-1) ?? null);
}
