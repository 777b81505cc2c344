import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { spliceJson } from "../../../kit/json-splice.ts";
import { readForm } from "./form-request.ts";

const boundary = "b0undary";
const WANTED = { needed: "file", unnamed: null };

interface Part {
  readonly name: string;
  readonly value: Buffer;
  readonly isFile: boolean;
}

const formOf = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ name, value, isFile }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="f"' : ""}\r\n\r\n`,
      ),
      value,
      Buffer.from("\r\n"),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);

const bytes = fc.uint8Array({ maxLength: 50 }).map((all) => Buffer.from(all));
const other = fc.record({
  name: fc.constantFrom("n", "size", "image[]", "prompt"),
  value: bytes,
  isFile: fc.boolean(),
});
const FILE: Part = { name: "file", value: Buffer.from([0, 13, 10, 45, 45]), isFile: true };

/** Others round the file and the model, in any order. */
const parts = fc
  .tuple(fc.array(other, { maxLength: 6 }), fc.string({ minLength: 1, maxLength: 30 }), fc.integer())
  .map(([others, model, turn]) => {
    const all: Part[] = [...others, FILE, { name: "model", value: Buffer.from(model), isFile: false }];
    const at = Math.abs(turn) % all.length;
    return { model, all: [...all.slice(at), ...all.slice(0, at)] };
  });

describe("a form", () => {
  test("is read for its model, and every byte but the model's stays when another takes its place", () => {
    fc.assert(
      fc.property(parts, fc.stringMatching(/^[a-z0-9./-]{1,20}$/), ({ all, model }, next) => {
        const request = readForm({ bytes: formOf(all), boundary }, WANTED);
        expect(request.model).toBe(Buffer.from(model).toString());
        const edit = request.setField?.("model", next);
        if (edit === undefined) throw new Error("A form can be written.");
        const expected = all.map((one) => (one.name === "model" ? { ...one, value: Buffer.from(next) } : one));
        expect(spliceJson(request.bytes, [edit]).equals(formOf(expected))).toBe(true);
      }),
    );
  });

  test("takes a new field before all others", () => {
    const request = readForm(
      { bytes: formOf([FILE, { name: "model", value: Buffer.from("m"), isFile: false }]), boundary },
      WANTED,
    );
    const edit = request.setField?.("quality", "high");
    const again = readForm({ bytes: spliceJson(request.bytes, edit === undefined ? [] : [edit]), boundary }, WANTED);
    expect(again.body).toEqual({ quality: "high", model: "m" });
    expect(again.members.get("file")).toBeDefined();
  });

  test("is for who is meant where it may name nobody", () => {
    const request = readForm({ bytes: formOf([FILE]), boundary }, { ...WANTED, unnamed: "images" });
    expect(request.model).toBe("images");
  });

  test("streams where it says so", () => {
    const model: Part = { name: "model", value: Buffer.from("m"), isFile: false };
    const withStream = (value: string): Buffer =>
      formOf([FILE, model, { name: "stream", value: Buffer.from(value), isFile: false }]);
    expect(readForm({ bytes: withStream("true"), boundary }, WANTED).stream).toBe(true);
    expect(readForm({ bytes: withStream("false"), boundary }, WANTED).stream).toBe(false);
    expect(() => readForm({ bytes: withStream("yes"), boundary }, WANTED)).toThrow("`stream` must be true or false");
  });

  test("is not written where that could be read in two ways", () => {
    const twice: Part = { name: "n", value: Buffer.from("1"), isFile: false };
    const model: Part = { name: "model", value: Buffer.from("m"), isFile: false };
    const request = readForm({ bytes: formOf([FILE, model, twice, twice]), boundary }, WANTED);
    expect(() => request.setField?.("n", "2")).toThrow("may be there only once");
    expect(() => request.setField?.("x", `\r\n--${boundary}`)).toThrow("cannot be written");
  });

  test("with names of the language's own is read like any other", () => {
    const odd: Part = { name: "__proto__", value: Buffer.from("1"), isFile: false };
    const model: Part = { name: "model", value: Buffer.from("m"), isFile: false };
    const { body } = readForm({ bytes: formOf([FILE, odd, model]), boundary }, WANTED);
    expect(Object.keys(body)).toEqual(["__proto__", "model"]);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });

  test("of whatever bytes is refused in words or read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (all) => {
        const begun = Buffer.concat([Buffer.from(`--${boundary}\r\n`), all, Buffer.from(`\r\n--${boundary}--`)]);
        try {
          readForm({ bytes: begun, boundary }, WANTED);
        } catch (error) {
          expect(error).toBeInstanceOf(RollwardError);
        }
      }),
    );
  });
});
