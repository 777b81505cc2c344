import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashSecret, keyFault, parsePresentedKey, presentKey } from "./presented-key.ts";

/** Text of exactly so many characters of an alphabet. */
const textOf = (alphabet: string, length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.nat({ max: alphabet.length - 1 }), { minLength: length, maxLength: length })
    .map((places) => places.map((place) => alphabet.charAt(place)).join(""));

const crockford = textOf("0123456789abcdefghjkmnpqrstvwxyz", 26);
const hex = textOf("0123456789abcdef", 64);

describe("a presented key", () => {
  test("comes apart into what it was made of", () => {
    fc.assert(
      fc.property(crockford, hex, (id, secret) => {
        expect(parsePresentedKey(presentKey(`key_${id}`, secret))).toEqual({ id: `key_${id}`, secret });
      }),
    );
  });

  test("is mistyped when any one character after the prefix is another", () => {
    fc.assert(
      fc.property(
        crockford,
        hex,
        fc.tuple(fc.nat(), textOf("0123456789abcdefxyzAB", 1)),
        (id, secret, [where, other]) => {
          const text = presentKey(`key_${id}`, secret);
          const separator = "rw_".length + id.length;
          const at = 3 + (where % (text.length - 3));
          fc.pre(at !== separator && text[at] !== other);
          expect(parsePresentedKey(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
        },
      ),
    );
  });

  test("that an operator chose has no check digits and an id made from its hash", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (text) => {
        const parsed = parsePresentedKey(text);
        expect(parsed?.secret).toBe(text);
        expect(parsed?.id).toBe(`key_${hashSecret(text).slice(0, 26)}`);
      }),
    );
  });
});

describe("a known key", () => {
  const key = {
    id: "key_1",
    name: "app",
    scopes: ["inference"],
    endpoints: null,
    secretHash: hashSecret("secret"),
    createdAt: 0,
    expiresAt: 100,
    revokedAt: null,
  } as const;

  test("goes on until the millisecond in which it expires", () => {
    expect(keyFault(key, "secret", 99)).toBeNull();
    expect(keyFault(key, "secret", 100)).toBe("key_expired");
  });

  test("is unknown to who has another secret, whatever else is wrong with it", () => {
    expect(keyFault({ ...key, revokedAt: 1 }, "other", 200)).toBe("key_unknown");
    expect(keyFault({ ...key, revokedAt: 1 }, "secret", 200)).toBe("key_revoked");
  });
});
