/** Keeps the one private key that signs what leaves the server, so that every replica and every later process has the same. */
export interface ServerKeyStore {
  /** The key, or `null` before there is one. */
  find(): Promise<string | null>;
  /** Keeps a key unless there is one; resolves to the one that is kept. Replicas may ask at the same moment. */
  keep(privateKey: string, now: number): Promise<string>;
}
