/** What a command of Valkey or Redis takes and gives. */
export type ValkeyArgument = string | number | Buffer;

/**
 * A Valkey or Redis server that the replicas share (`VALKEY_URL`). A command that it does not answer in time rejects,
 * and while the server is known to be away every command rejects at once: who asks goes on without it.
 */
export interface Valkey {
  /** Runs one command; commands of one process are carried out in the order in which they were given. */
  run(command: string, ...args: readonly ValkeyArgument[]): Promise<unknown>;
  /** Whether commands are worth trying now. */
  readonly isReady: boolean;
  close(): Promise<void>;
}
