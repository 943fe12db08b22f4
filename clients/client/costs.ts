// Joins the pages of a cost report: a group that is on several of them adds up.

import type { Costs } from './replies.ts';

type Group = Costs['total'];

/** Every amount and count of two groups, added up. */
function addGroups(a: Group, b: Group): Group {
  const add = <Part extends object>(x: Part, y: Part): Part => {
    const others = new Map<string, unknown>(Object.entries(y));
    const sums = Object.entries(x).map(([name, value]) => {
      const other = others.get(name);
      return [
        name,
        typeof value === 'number' ? value + Number(other) : add(value, other as object),
      ];
    });
    return Object.fromEntries(sums) as Part;
  };
  return add(a, b);
}

/** One report of two pages that follow each other. */
export function joinCosts(first: Costs, next: Costs): Costs {
  const groups = new Map(first.groups.map((group) => [group.key, group]));
  for (const { key, ...group } of next.groups) {
    const before = groups.get(key);
    groups.set(key, { key, ...(before === undefined ? group : addGroups(before, group)) });
  }
  const inOrder = [...groups.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return { ...next, groups: inOrder, total: addGroups(first.total, next.total) };
}
