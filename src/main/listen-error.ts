import { RollwardError } from "../domain/errors.ts";

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What the system says of an address that cannot be listened on, in words, by its code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name of that host is not known",
  ENODATA: "the name of that host has no address",
  EAI_AGAIN: "the lookup of that host's name failed",
  EADDRNOTAVAIL: "this machine has no such address",
  EAFNOSUPPORT: "this machine has no addresses of that kind",
  EINVAL: "this machine cannot use that address",
  EACCES: "whoever started it may not open that port",
};

/** Why nobody can listen on an address: `port_in_use` or `cannot_listen` where that is the reason, else the error as it is. */
export function listenError(error: unknown, { host, port }: ListenAddress): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EADDRINUSE") return new RollwardError("port_in_use", { host, port }, error);
  const reason = REASONS[code];
  return reason === undefined ? error : new RollwardError("cannot_listen", { host, port, reason }, error);
}
