/** Signs what leaves the server with a key that is this server's, or its database's, alone. */
export interface Signer {
  /** Ed25519, SPKI in base64. Rejects when the key cannot be read. */
  publicKey(): Promise<string>;
  /** Signature of a text in UTF-8, in base64. Rejects when the key cannot be read. */
  sign(text: string): Promise<string>;
}
