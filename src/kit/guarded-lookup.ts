import { lookup } from "node:dns";
import type { LookupAddress } from "node:dns";
import { BlockList } from "node:net";
import type { LookupFunction } from "node:net";
import { METADATA_ADDRESSES, PRIVATE_ADDRESSES } from "./special-addresses.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether a host name that resolves to `address` may be connected to. */
export function mayConnect(hostname: string, { address, family }: LookupAddress, allowPrivate: boolean): boolean {
  const version = family === 6 ? "ipv6" : "ipv4";
  if (METADATA_ADDRESSES.check(address, version)) return false;
  if (allowPrivate || !PRIVATE_ADDRESSES.check(address, version)) return true;
  return hostname === "localhost" && LOOPBACK.check(address, version);
}

/**
 * A name lookup for sockets that hands out only addresses which were checked, so that a name cannot be
 * pointed inwards between the check and the connection. One bad address refuses the name. Addresses
 * written as numbers are not looked up; the configuration judges those.
 */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      if (!addresses.every((address) => mayConnect(hostname, address, allowPrivate))) {
        return callback(Object.assign(new Error("private address"), { code: "ROLLWARD_PRIVATE_ADDRESS" }), "");
      }
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      callback(null, first?.address ?? "", first?.family);
    });
  };
}
