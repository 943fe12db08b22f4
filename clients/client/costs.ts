// Joins the pages of a cost report: adds up the amounts of a group that is on several pages.

import { signedMicroUsd, sum } from '../../shared/core/base/money.ts';
import type { Costs } from './replies.ts';

type Group = Costs['total'];

/** The sums of all amounts and counts of two groups. */
const addGroups = (a: Group, b: Group): Group => ({
  chargedMicroUsd: sum(a.chargedMicroUsd, b.chargedMicroUsd),
  correctedMicroUsd: signedMicroUsd(a.correctedMicroUsd + b.correctedMicroUsd),
  ofWhich: {
    gpuMicroUsd: sum(a.ofWhich.gpuMicroUsd, b.ofWhich.gpuMicroUsd),
    diskMicroUsd: sum(a.ofWhich.diskMicroUsd, b.ofWhich.diskMicroUsd),
    transferMicroUsd: sum(a.ofWhich.transferMicroUsd, b.ofWhich.transferMicroUsd),
  },
  waste: {
    failedMicroUsd: sum(a.waste.failedMicroUsd, b.waste.failedMicroUsd),
    teardownMicroUsd: sum(a.waste.teardownMicroUsd, b.waste.teardownMicroUsd),
    idleMicroUsd: sum(a.waste.idleMicroUsd, b.waste.idleMicroUsd),
  },
  leases: a.leases + b.leases,
  runningMicroUsd: sum(a.runningMicroUsd, b.runningMicroUsd),
});

/** One report from two consecutive pages. */
export function joinCosts(first: Costs, next: Costs): Costs {
  const groups = new Map(first.groups.map((group) => [group.key, group]));
  for (const { key, ...group } of next.groups) {
    const before = groups.get(key);
    groups.set(key, { key, ...(before === undefined ? group : addGroups(before, group)) });
  }
  const inOrder = [...groups.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const unreadable = [...new Set([...first.unreadable, ...next.unreadable])];
  return { ...next, groups: inOrder, total: addGroups(first.total, next.total), unreadable };
}
