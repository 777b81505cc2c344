/** Lets what waits on this thread go first: beside a search it serves calls, beside indexing it writes them. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
