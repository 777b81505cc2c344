/** One recorded call of a session, as far as turns are told apart by it. */
export interface TurnCall {
  readonly id: string;
  /** Whether its last message brings the results of tools: then it goes on with the turn before. */
  readonly bringsResults: boolean;
}

/** A turn: what a user says, and everything until the answer to it. */
export interface RecordedTurn<C extends TurnCall> {
  /** The call that began it. */
  readonly first: C;
  /** All of its calls, the first included, in order. */
  readonly calls: readonly C[];
}

/** Groups the calls of a session, oldest first. A call that goes on with a turn of which nothing is known begins one. */
export function turnsOf<C extends TurnCall>(calls: readonly C[]): readonly RecordedTurn<C>[] {
  const turns: C[][] = [];
  for (const call of calls) {
    const last = turns.at(-1);
    if (call.bringsResults && last !== undefined) last.push(call);
    else turns.push([call]);
  }
  return turns.flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ first, calls: own }];
  });
}
