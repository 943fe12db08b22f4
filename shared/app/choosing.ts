// What a choice of an offer is made from: the menu, and what limits the choice.

import {
  freezes,
  longest,
  menu,
  phoneHome,
  providerNames,
  records,
  rooms,
  selfEndingProviders,
} from './parts.ts';
import { once, type Runtime } from './runtime.ts';

export const choosing = (runtime: Runtime) => ({
  ...records(runtime),
  freezes: once(runtime, freezes),
  menu: once(runtime, menu),
  rooms: once(runtime, rooms),
  providerNames: providerNames(runtime),
  bootLimit: longest((card) => card.bootLimit),
  phoneHome: phoneHome(runtime),
  selfEnding: selfEndingProviders,
});
