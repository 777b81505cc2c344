/** Variables from lines of `name = value`; `null` where a line is none. */
export function variablesIn(text: string): Readonly<Record<string, string>> | null {
  const values: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const at = line.indexOf("=");
    const name = line.slice(0, at).trim();
    if (at < 1 || name === "") return null;
    values[name] = line.slice(at + 1).trim();
  }
  return values;
}
