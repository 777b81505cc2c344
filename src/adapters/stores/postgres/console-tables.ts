interface ConsoleSessionTable {
  readonly id: string;
  readonly hash: string;
  readonly key_id: string;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly expires_at: number;
}

interface ConsoleLinkTable {
  readonly hash: string;
  readonly key_id: string;
  readonly expires_at: number;
}

/** Tables of the console. */
export interface ConsoleTables {
  readonly console_sessions: ConsoleSessionTable;
  readonly console_links: ConsoleLinkTable;
}
