import { lookup } from "node:dns";
import type { LookupAddress } from "node:dns";
import { BlockList } from "node:net";
import type { LookupFunction } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** RFC 6890's special-purpose ranges of IPv4 and IPv6 that lead into a network of our own or nowhere. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, "ipv4");
}
for (const [net, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["ff00::", 8],
] as const) {
  PRIVATE.addSubnet(net, prefix, "ipv6");
}

/** Link-local addresses hold the metadata services of clouds, which hand out credentials: never allowed. */
const METADATA = new BlockList();
METADATA.addSubnet("169.254.0.0", 16, "ipv4");
METADATA.addSubnet("fe80::", 10, "ipv6");
METADATA.addAddress("fd00:ec2::254", "ipv6");
METADATA.addAddress("100.100.100.200", "ipv4");

/** Whether a host name that resolves to `address` may be connected to. */
export function mayConnect(hostname: string, { address, family }: LookupAddress, allowPrivate: boolean): boolean {
  const version = family === 6 ? "ipv6" : "ipv4";
  if (METADATA.check(address, version)) return false;
  if (allowPrivate || !PRIVATE.check(address, version)) return true;
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
