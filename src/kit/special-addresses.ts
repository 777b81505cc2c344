import { BlockList } from "node:net";

/** RFC 6890's special-purpose ranges of IPv4 and IPv6 that lead into a network of our own or nowhere. */
export const PRIVATE_ADDRESSES = new BlockList();
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
  PRIVATE_ADDRESSES.addSubnet(net, prefix, "ipv4");
}
for (const [net, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["ff00::", 8],
] as const) {
  PRIVATE_ADDRESSES.addSubnet(net, prefix, "ipv6");
}

/** Link-local addresses hold the metadata services of clouds, which hand out credentials: never allowed. */
export const METADATA_ADDRESSES = new BlockList();
METADATA_ADDRESSES.addSubnet("169.254.0.0", 16, "ipv4");
METADATA_ADDRESSES.addSubnet("fe80::", 10, "ipv6");
METADATA_ADDRESSES.addAddress("fd00:ec2::254", "ipv6");
METADATA_ADDRESSES.addAddress("100.100.100.200", "ipv4");
