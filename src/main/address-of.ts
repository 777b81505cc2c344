import { lookup } from "node:dns/promises";

/**
 * The one address that a server listens on. For `localhost` Fastify would open a second server, for the other family of addresses,
 * which has neither the plain way nor the limits of connections. The command line and the docs say 127.0.0.1, so that comes first.
 */
export const addressOf = async (host: string): Promise<string> =>
  host === "localhost" ? (await lookup(host, { order: "ipv4first" })).address : host;
