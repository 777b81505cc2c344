// Everything a terminal could take for a command or that hides in text: C0 and C1 controls, bidirectional marks,
// zero-width characters, line separators.
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Text that is safe to show in a terminal: control and invisible characters become `\u001b`; tabs and line feeds stay. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}
