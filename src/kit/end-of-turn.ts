let waiting: (() => void)[] = [];

/** So many wait at the most: in a long turn the first of them would come late. */
const MOST_WAITING = 8;

/**
 * Runs something once everything that arrived in this turn of the event loop has been looked at. Writes to sockets are put
 * off so: a write wakes whoever reads, which costs as much as a small call, and one that is still awake from the
 * write before costs nothing. Where nothing else has arrived, or eight wait, it runs at once after what runs now.
 */
export function atEndOfTurn(run: () => void): void {
  waiting.push(run);
  if (waiting.length === 1) setImmediate(runAll);
  else if (waiting.length === MOST_WAITING) queueMicrotask(runAll);
}

function runAll(): void {
  const runs = waiting;
  waiting = [];
  let done = 0;
  try {
    for (; done < runs.length; done += 1) runs[done]?.();
  } finally {
    // One that throws must not take the others with it.
    for (const run of runs.slice(done + 1)) atEndOfTurn(run);
  }
}
