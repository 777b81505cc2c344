/** Asserts that an earlier stage has filled this in; a `null` here is a fault of ours. */
export function present<T>(value: T | null): T {
  if (value === null) throw new Error("A stage ran before the one that it needs.");
  return value;
}
