// The least time between two calls of one caller to one endpoint. It only says whether a call may
// pass; what a refusal looks like is not decided here.

/** When a caller may next call an endpoint, and whether a call was refused meanwhile. */
export type Gate = { readonly openAt: number; readonly refused: boolean };

export type GateTerms = {
  readonly spacingMs: number;
  readonly penaltyMs: number;
  /** Whether each refused call makes the wait begin again. */
  readonly refusalRestarts: boolean;
};

/** Whether the call may pass now; remembers that it did, or that it came too fast. */
export function passGate(
  gates: Record<string, Gate>,
  name: string,
  { spacingMs, penaltyMs, refusalRestarts, now }: GateTerms & { readonly now: number },
): boolean {
  const gate = gates[name];
  if (gate === undefined || now >= gate.openAt) {
    gates[name] = { openAt: now + spacingMs, refused: false };
    return true;
  }
  const again = refusalRestarts ? Math.max(spacingMs, penaltyMs) : 0;
  const punished = gate.refused ? 0 : penaltyMs;
  gates[name] = { openAt: Math.max(gate.openAt, now + Math.max(again, punished)), refused: true };
  return false;
}
