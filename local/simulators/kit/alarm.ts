// One timer on the simulated clock, for the next change of an instance.

export type After = (ms: number, run: () => void) => () => void;

export function createAlarm(after: After) {
  let setFor = Infinity;
  let cancel = () => {};

  function clear(): void {
    cancel();
    cancel = () => {};
    setFor = Infinity;
  }

  function set(now: number, at: number, run: () => void): void {
    if (at === setFor) return;
    clear();
    if (at === Infinity) return;
    setFor = at;
    cancel = after(at - now, () => {
      setFor = Infinity;
      run();
    });
  }

  return { set, clear };
}
