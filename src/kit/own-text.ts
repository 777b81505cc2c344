/**
 * The same text in memory of its own: what was cut out of a longer text keeps all of that alive for as long as it is
 * remembered itself. For texts of one byte per character (Latin-1).
 */
export const ownText = (cut: string): string => Buffer.from(cut, "latin1").toString("latin1");
