type Run = () => void;

/** What the end of the turn that runs now will bring, in this order. */
const writes: Run[] = [];
const ends: Run[] = [];
const books: Run[] = [];
let isAwaited = false;

/** So many writes wait at the most: in a long turn the first of them would come late. */
const MOST_WRITES = 8;

/**
 * Writes once everything that arrived in this turn of the event loop has been looked at: a write wakes whoever reads, which
 * costs as much as a small call, and one that is still awake from the write before costs nothing. Where nothing else has arrived,
 * or eight wait, it runs at once after what runs now.
 */
export function writeAtEndOfTurn(write: Run): void {
  writes.push(write);
  if (writes.length === MOST_WRITES) queueMicrotask(() => runAll(writes));
  awaitEnd();
}

/** Runs something behind those writes, when everything that arrived in this turn has been looked at and never before. */
export function atEndOfTurn(run: Run): void {
  ends.push(run);
  awaitEnd();
}

/**
 * Runs something last in this turn, when what it was about to write is on its way: whoever waits for that has something to do
 * meanwhile.
 */
export function behindWrites(run: Run): void {
  books.push(run);
  awaitEnd();
}

function awaitEnd(): void {
  if (isAwaited) return;
  isAwaited = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  isAwaited = false;
  try {
    runAll(writes);
    runAll(ends);
    runAll(books);
  } finally {
    if (writes.length + ends.length + books.length > 0) awaitEnd();
  }
}

/** Those that come meanwhile wait for the next turn; one that throws takes no other with it. */
function runAll(waiting: Run[]): void {
  const runs = waiting.splice(0);
  let done = 0;
  try {
    for (; done < runs.length; done += 1) runs[done]?.();
  } finally {
    if (done < runs.length) {
      waiting.unshift(...runs.slice(done + 1));
      awaitEnd();
    }
  }
}
