/** Whether a value parsed from JSON is an object, whatever a provider sent. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
