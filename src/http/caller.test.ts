import type { FastifyRequest } from "fastify";
import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryKeyRing } from "../adapters/keys/memory-key-ring.ts";
import type { Key } from "../domain/access/key.ts";
import { hashSecret, parsePresentedKey } from "../domain/access/presented-key.ts";
import { RollwardError } from "../domain/errors.ts";
import { findCallersByConnection, identifyCaller } from "./caller.ts";

const SECRET = "an-operators-own-key-0123456789";

const keyFor = (secret: string): Key => ({
  id: parsePresentedKey(secret)?.id ?? "",
  name: "test",
  scopes: ["inference"],
  endpoints: null,
  secretHash: hashSecret(secret),
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
});

function door(key: Key) {
  const clock = new HandClock();
  const keys = createMemoryKeyRing();
  keys.replace([key]);
  const identify = identifyCaller({ keys, clock });
  const ask = (headers: Readonly<Record<string, string>>): string => {
    const request = { headers, caller: null } as unknown as FastifyRequest;
    let code = "";
    identify(request, null, (fault) => (code = fault instanceof RollwardError ? fault.code : ""));
    return code === "" ? (request.caller?.id ?? "nobody") : code;
  };
  return { clock, keys, ask };
}

/** One connection, which remembers whom it let in. */
function byConnection(key: Key): ReturnType<typeof door> {
  const clock = new HandClock();
  const keys = createMemoryKeyRing();
  keys.replace([key]);
  const find = findCallersByConnection({ keys, clock })();
  const ask = (headers: Readonly<Record<string, string>>): string => {
    try {
      return find({ headers }).id;
    } catch (error) {
      return RollwardError.from(error).code;
    }
  };
  return { clock, keys, ask };
}

const KEY = keyFor(SECRET);
const BEARER = { authorization: `Bearer ${SECRET}` };

/** The same questions of a door and of one connection that goes through another. */
const DOORS = [
  ["a request by itself", door],
  ["a request on a connection", byConnection],
] as const;

describe.each(DOORS)("%s", (_name, door) => {
  test("a caller is known by its key again and again, however the header is written", () => {
    const { ask } = door(KEY);
    for (const headers of [BEARER, BEARER, { authorization: `bearer ${SECRET}` }, { "x-api-key": SECRET }]) {
      expect(ask(headers)).toBe(KEY.id);
    }
  });

  test("what is no key is none the second time either", () => {
    const { ask } = door(KEY);
    expect(ask({ authorization: "Bearer" })).toBe("key_missing");
    expect(ask({ authorization: "Bearer " })).toBe("key_missing");
    for (const authorization of [`Bearer ${SECRET}x`, `Basic ${SECRET}`, `Bearer ${SECRET} x`]) {
      expect(ask({ authorization })).toBe("key_unknown");
      expect(ask({ authorization })).toBe("key_unknown");
    }
  });

  test("a key that was good is turned away from the moment in which it is revoked, gone or expired", () => {
    const { ask, keys, clock } = door({ ...KEY, expiresAt: null });
    expect(ask(BEARER)).toBe(KEY.id);
    keys.replace([{ ...KEY, revokedAt: 1 }]);
    expect(ask(BEARER)).toBe("key_revoked");
    keys.replace([]);
    expect(ask(BEARER)).toBe("key_unknown");
    keys.replace([{ ...KEY, expiresAt: clock.now() + 10 }]);
    expect(ask(BEARER)).toBe(KEY.id);
    clock.advance(10);
    expect(ask(BEARER)).toBe("key_expired");
  });
});

describe("a connection with requests of several clients", () => {
  const other = SECRET.replace("operators", "neighbour");
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const apiKey = (secret: string) => ({ "x-api-key": secret });

  test("looks every other key up for itself, also one of the same length", () => {
    expect(other).toHaveLength(SECRET.length);
    for (const headers of [bearer, apiKey]) {
      const { ask, keys } = byConnection(KEY);
      keys.replace([KEY, keyFor(other)]);
      for (const secret of [SECRET, other, other, SECRET]) expect(ask(headers(secret))).toBe(keyFor(secret).id);
    }
  });

  test("lets nobody in who differs from the last one in one character, or has sent it in another header", () => {
    for (const headers of [bearer, apiKey]) {
      const { ask } = byConnection(KEY);
      for (const wrong of [`${SECRET.slice(0, -1)}x`, `x${SECRET.slice(1)}`, SECRET.slice(1)]) {
        expect(ask(headers(SECRET))).toBe(KEY.id);
        expect(ask(headers(wrong))).toBe("key_unknown");
      }
      expect(ask(headers(SECRET))).toBe(KEY.id);
      expect(ask({})).toBe("key_missing");
    }
    const { ask } = byConnection(KEY);
    expect(ask(bearer(SECRET))).toBe(KEY.id);
    expect(ask(apiKey(`Bearer ${SECRET}`))).toBe("key_unknown");
  });
});
