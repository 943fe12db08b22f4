// Rate limits: the minimum time between two calls of one caller to one endpoint. This file decides
// whether a call passes; replies.ts has the response to a refused call.

/** When the next call passes, and whether a call was refused since the last one that passed. */
export type Gate = { readonly openAt: number; readonly refused: boolean };

export type GateTerms = {
  readonly spacingMs: number;
  readonly penaltyMs: number;
  /** Whether each refused call restarts the wait. */
  readonly refusalRestarts: boolean;
};

/** Whether the call passes now. Records the call in `gates`. */
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
  const restart = refusalRestarts ? Math.max(spacingMs, penaltyMs) : 0;
  const penalty = gate.refused ? 0 : penaltyMs;
  gates[name] = { openAt: Math.max(gate.openAt, now + Math.max(restart, penalty)), refused: true };
  return false;
}
