import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormScanError, boundaryOf, scanForm } from "./multipart-scan.ts";

const LIMITS = { maxParts: 20, maxHeadBytes: 2_048 };
const BOUNDARY = "----formdata-undici-0123";

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const partOf = (name: string, value: Buffer, filename: string | null): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name=${quoted(name)}`),
    Buffer.from(filename === null ? "\r\n\r\n" : `; filename=${quoted(filename)}\r\nContent-Type: a/b\r\n\r\n`),
    value,
    Buffer.from("\r\n"),
  ]);

const formOf = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);

const scan = (bytes: Buffer) => scanForm(bytes, BOUNDARY, LIMITS);

const text = fc.string({ minLength: 1, maxLength: 30 }).map((all) => all.replace(/[\r\n]/g, "_"));

describe("a form", () => {
  test("gives back every part with its name, file name and exact bytes", () => {
    const part = fc.record({
      name: text.filter((name) => name.trim() !== ""),
      filename: fc.option(text),
      value: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const bytes = formOf(...parts.map(({ name, value, filename }) => partOf(name, value, filename)));
        const found = scan(bytes);
        expect(found.map(({ name, filename }) => ({ name, filename }))).toEqual(
          parts.map(({ name, filename }) => ({ name, filename })),
        );
        for (const [index, { value, part: whole }] of found.entries()) {
          expect(bytes.subarray(value.start, value.end).equals(parts[index]?.value ?? Buffer.alloc(0))).toBe(true);
          expect(bytes.subarray(whole.start, whole.start + 2).toString()).toBe("--");
        }
        const [first] = found;
        if (first !== undefined) expect(first.part.start).toBe(0);
      }),
    );
  });

  test("is refused in words, whatever the bytes are", () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        "\r\n",
        "--",
        `--${BOUNDARY}`,
        "Content-Disposition: form-data; ",
        'name="a"',
        ";",
        '"',
        "\r\n\r\n",
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (all) => {
        try {
          scan(Buffer.from(all.join("")));
        } catch (error) {
          expect(error).toBeInstanceOf(FormScanError);
        }
      }),
    );
  });

  test("may be empty, and its parts may be", () => {
    expect(scan(formOf())).toEqual([]);
    expect(scan(formOf(partOf("a", Buffer.alloc(0), null)))).toHaveLength(1);
  });

  const good = partOf("a", Buffer.from("1"), null);
  const named = (head: string): Buffer => Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n1\r\n`);
  test.each([
    ["something before it", Buffer.concat([Buffer.from("x\r\n"), formOf(good)])],
    ["something after it", Buffer.concat([formOf(good), Buffer.from("x")])],
    ["no end", good],
    ["another boundary", Buffer.from("--other--\r\n")],
    ["more parts than are read", formOf(...Array.from({ length: 21 }, () => good))],
    ["a head without end", formOf(named(`x: ${"y".repeat(3_000)}`))],
    ["a part without a name", formOf(named("Content-Disposition: form-data"))],
    ["a part with two names", formOf(named('Content-Disposition: form-data; name="a"; name="b"'))],
    ["a part with a name in another form", formOf(named("Content-Disposition: form-data; name=\"a\"; name*=utf-8''b"))],
    [
      "a part that is told twice",
      formOf(named('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"')),
    ],
    [
      "a part without content",
      formOf(Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n`)),
    ],
    ["an attachment", formOf(named('Content-Disposition: attachment; name="a"'))],
  ])("is refused for %s", (_, bytes) => {
    expect(() => scan(bytes)).toThrow(FormScanError);
  });
});

test("a boundary is read as RFC 2046 allows it", () => {
  expect(boundaryOf("multipart/form-data; boundary=abc")).toBe("abc");
  expect(boundaryOf('Multipart/Form-Data; charset=utf-8; Boundary="a b"')).toBe("a b");
  expect(boundaryOf("multipart/form-data")).toBeNull();
  expect(boundaryOf("multipart/form-data; boundary=a; boundary=b")).toBeNull();
  expect(boundaryOf(`multipart/form-data; boundary=${"a".repeat(71)}`)).toBeNull();
  expect(boundaryOf("multipart/form-data; boundary=a\u0001b")).toBeNull();
  expect(boundaryOf("application/json; boundary=a")).toBeNull();
});
