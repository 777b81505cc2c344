import { PGlite } from "@electric-sql/pglite";

/** Types of the messages that end a round of the extended protocol or stand alone: Query, Sync, Terminate. */
const ENDS: ReadonlySet<number> = new Set(Buffer.from("QSX"));
/** The first message of a connection has no type; its length begins with a zero byte. */
const STARTUP = 0;
const SYNC = new Uint8Array([0x53, 0, 0, 0, 4]);

/**
 * PGlite as the socket server needs it. There is one backend and one unnamed statement behind all connections,
 * and the socket server lets another connection in between any two messages outside of a transaction: when a
 * Bind is larger than one read of the socket, it meets the statement that somebody else has parsed meanwhile,
 * and a write is lost without an error. Here a round of Parse, Bind, Execute counts as a transaction until its
 * Sync, so it is never interrupted.
 */
export class ServedPglite extends PGlite {
  #isMidRound = false;
  /** Told when a message could not be run at all: the socket server then answers nobody any more. */
  onFault: (error: unknown) => void = () => {};

  override isInTransaction(): boolean {
    return this.#isMidRound || super.isInTransaction();
  }

  override async execProtocolRawStream(
    ...[message, options]: Parameters<PGlite["execProtocolRawStream"]>
  ): Promise<void> {
    const type = message[0] ?? STARTUP;
    try {
      await super.execProtocolRawStream(message, options);
    } catch (error) {
      this.onFault(error);
      throw error;
    }
    if (type !== STARTUP) this.#isMidRound = !ENDS.has(type);
  }

  /** The socket server rolls back for a connection that went away. */
  override async exec(...terms: Parameters<PGlite["exec"]>): ReturnType<PGlite["exec"]> {
    if (this.#isMidRound) {
      await this.runExclusive(() => this.execProtocolRaw(SYNC));
      this.#isMidRound = false;
    }
    return super.exec(...terms);
  }
}
