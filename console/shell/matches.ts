/**
 * How well a name fits what was typed, for the order: 0 does not. Every word must be in it as it stands; a name that begins
 * with what was typed comes first.
 */
export function matches(name: string, typed: string): number {
  const text = name.toLowerCase();
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (!words.every((word) => text.includes(word))) return 0;
  const [first = ""] = words;
  return text.startsWith(first) ? 1 : text.includes(` ${first}`) ? 0.8 : 0.5;
}
