import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskText } from "./mask-text.ts";

describe("what is masked", () => {
  test.each([
    ["a key of ours", "key rw_01jd0000000000000000000000_0123456789abcdef.", "key [secret]."],
    [
      "a key of a provider",
      "Incorrect API key provided: sk-proj-abcDEF0123456789_xyz",
      "Incorrect API key provided: [secret]",
    ],
    ["a key at the end of a sentence", "My key is sk-proj-abcdefghijklmnop1234567890.", "My key is [secret]."],
    ["a token of a repository", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[secret]"],
    ["a token in a header", "authorization: Bearer abc.def-ghi/jkl==; x", "authorization: Bearer [secret]; x"],
    ["a JSON web token", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sig-nature_x!", "got [secret]!"],
    ["what is assigned to a name", 'with {"api_key":"hunter22","a":1}', 'with {"api_key":"[secret]","a":1}'],
    ["what is assigned with a blank", '{"password": "hunter2!"}', '{"password": "[secret]"}'],
    ["a password in a URL", "at https://ada:pa55:word@db.example:5432/x", "at https://[secret]@db.example:5432/x"],
    ["a key of AWS", "AKIAIOSFODNN7EXAMPLE used", "[secret] used"],
    [
      "a private key",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
      "[secret]-----END RSA PRIVATE KEY-----",
    ],
    ["a private key that was cut", "-----BEGIN PRIVATE KEY-----\nMIIE", "[secret]"],
    ["an e-mail address", "mail Ada.Lovelace+x@mail.example.co.uk, please", "mail [email], please"],
    ["card numbers", "4111 1111 1111 1111 and 4012888888881881 declined", "[card] and [card] declined"],
    ["a card number with hyphens", "5500-0000-0000-0004", "[card]"],
    ["an account number", "pay DE89 3704 0044 0532 0130 00 now", "pay [iban] now"],
    ["an account number without blanks", "GB82WEST12345698765432", "[iban]"],
    ["phone numbers", "Call +49 (30) 1234-5678 or 0044 20 7946 0958!", "Call [phone] or [phone]!"],
  ])("%s", (_, text, expected) => {
    expect(maskText(text)).toBe(expected);
    expect(maskText(expected)).toBe(expected);
  });
});

describe("what stays as it is", () => {
  test.each([
    "The provider answered 429 after 1200 ms; 3 of 4 attempts failed.",
    "at 2026-11-21T19:46:47.123Z, epoch 1763754407123, cost 0.4242424242424242",
    "call_01J8ZQ4V7N3K5M6P8R9S0T1V2W of support-bot@7 with openai/gpt-2026-01-01",
    "rank 4111 1111 1111 1112, DE89 3704 0044 0532 0130 01, +1 2, @home, a@b",
    "sk-short, bearer x, basic idea, a secret garden, 1,234,567,890,123",
    "rel_2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    "claude-sonnet-4-20250514 answered in 1500 ms for 1,234.56 USD",
    "",
  ])("%s", (text) => {
    expect(maskText(text)).toBe(text);
  });
});

const prose = fc.string({ unit: fc.constantFrom(..."abc XYZ.,\n:;ü0".split("")), maxLength: 40 });
const letters = fc.string({ unit: fc.constantFrom(..."abcdefXYZ0123".split("")), minLength: 20, maxLength: 60 });

test("a secret is found wherever it stands among other words", () => {
  const secret = fc.oneof(
    letters.map((hidden) => ({ hidden, text: `sk-${hidden}` })),
    letters.map((hidden) => ({ hidden, text: `ghp_${hidden}` })),
    letters.map((hidden) => ({ hidden, text: `Bearer ${hidden}` })),
    letters.map((hidden) => ({ hidden, text: `password=${hidden}` })),
    letters.map((hidden) => ({ hidden, text: `eyJ0123456789abc.${hidden}` })),
    letters.map((hidden) => ({ hidden, text: `https://ada:${hidden}@host/` })),
  );
  fc.assert(
    fc.property(prose, secret, prose, (before, { hidden, text }, after) => {
      expect(maskText(`${before} ${text} ${after}`)).not.toContain(hidden);
    }),
  );
});

test("numbers of cards are found by their check digit, in every spelling, and others are not", () => {
  const digits = fc.array(fc.nat(9), { minLength: 14, maxLength: 14 });
  fc.assert(
    fc.property(digits, fc.constantFrom("", " ", "-"), fc.integer({ min: 1, max: 9 }), (middle, blank, off) => {
      const body = [4, ...middle];
      const sum = body.toReversed().reduce((total, digit, place) => {
        const value = place % 2 === 0 ? 2 * digit : digit;
        return total + (value > 9 ? value - 9 : value);
      }, 0);
      const check = (10 - (sum % 10)) % 10;
      const spelt = (last: number): string => [...body, last].join("").replaceAll(/(.{4})(?=.)/g, `$1${blank}`);
      expect(maskText(`no ${spelt(check)}.`)).toBe("no [card].");
      expect(maskText(`no ${spelt((check + off) % 10)}.`)).not.toContain("[card]");
    }),
  );
});

test.each([
  ..."a eyJ eyJaaaaaaaaaaaaaa. sk- AKIA a@ @ a. password= bearer_ ://a: +1 4_ 4- DE89 DE89_3704_ 00_1 ya29.".split(" "),
  "-----BEGIN PRIVATE KEY-----",
  "-----BEGIN ",
])("half a megabyte of %j takes no longer than its length allows", (written) => {
  const piece = written.replaceAll("_", " ");
  // Time of the processor: a busy machine is slow, not wrong.
  const msOf = (length: number): number => {
    const text = piece.repeat(Math.ceil(length / piece.length));
    const before = process.cpuUsage();
    maskText(text);
    return process.cpuUsage(before).user / 1_000;
  };
  const least = (length: number): number => Math.min(msOf(length), msOf(length), msOf(length));
  // Ten times the text takes about ten times as long; squares would take a hundred times, and minutes.
  expect(least(500_000)).toBeLessThan(Math.max(40 * least(50_000), 400));
});
