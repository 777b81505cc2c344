/** Writes a backtest or a part of it as JSON; money is an integer in text. */
export const writeBacktestText = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? member.toString() : member));

/** Reads what `writeBacktestText` wrote: whatever is named `…Pico` and written as text is money. */
export const readBacktestText = (text: string): unknown =>
  JSON.parse(text, (name, member: unknown) =>
    name.endsWith("Pico") && typeof member === "string" ? BigInt(member) : member,
  );
