import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { guardedLookup, mayConnect } from "./guarded-lookup.ts";

const at = (address: string): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 });

test.each([
  "10.1.2.3",
  "127.0.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "0.0.0.0",
  "::1",
  "::",
  "fd12::1",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
  "224.0.0.1",
])("a name that resolves to %s is connected to only where that is allowed", (address) => {
  expect(mayConnect("models.example.com", at(address), false)).toBe(false);
  expect(mayConnect("models.example.com", at(address), true)).toBe(true);
});

test.each(["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254"])(
  "a name that resolves to the metadata address %s is never connected to",
  (address) => {
    expect(mayConnect("models.example.com", at(address), true)).toBe(false);
  },
);

test("public addresses are connected to, and localhost at loopback", () => {
  expect(mayConnect("api.example.com", at("93.184.216.34"), false)).toBe(true);
  expect(mayConnect("api.example.com", at("2606:2800::1"), false)).toBe(true);
  expect(mayConnect("localhost", at("127.0.0.1"), false)).toBe(true);
  expect(mayConnect("localhost", at("::1"), false)).toBe(true);
  expect(mayConnect("localhost", at("10.0.0.1"), false)).toBe(false);
});

test("the lookup gives addresses in the form that was asked for", async () => {
  const one = await new Promise((resolve) => {
    guardedLookup(false)("localhost", {}, (error, address, family) => resolve([error, address, family]));
  });
  expect([
    [null, "127.0.0.1", 4],
    [null, "::1", 6],
  ]).toContainEqual(one);
  const all = await new Promise((resolve) => {
    guardedLookup(false)("localhost", { all: true }, (_, addresses) => resolve(addresses));
  });
  expect(all).toContainEqual(expect.objectContaining({ family: expect.any(Number) }));
});
