import { RollwardError } from "../../domain/errors.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { roundedNumber } from "../../kit/exact-json.ts";

/**
 * An object of a request that is taken apart field by field. What nobody took cannot be carried, and
 * `done` says so: nothing is dropped in silence. `null` counts as absent. Wrong types are `invalid_request`.
 */
export class Fields {
  readonly path: string;
  readonly #object: JsonObject;
  readonly #provider: string;
  /** Names that were taken; what is left is worked out at the end, once. */
  readonly #taken: string[] = [];

  /** `path` names the object for messages, e.g. `messages[2]`; the body itself has none. */
  constructor(value: Json | undefined, path: string, provider: string) {
    this.path = path;
    this.#provider = provider;
    if (!isObject(value)) throw this.invalid("", "must be an object");
    this.#object = value;
  }

  value(name: string): Json {
    this.#taken.push(name);
    return this.#object[name] ?? null;
  }

  string(name: string): string | null {
    const value = this.value(name);
    if (value !== null && typeof value !== "string") throw this.invalid(name, "must be a string");
    return value;
  }

  /** Throws when it is missing or empty. */
  requiredString(name: string): string {
    const value = this.string(name);
    if (value === null || value === "") throw this.invalid(name, "must be a non-empty string");
    return value;
  }

  number(name: string): number | null {
    const given = this.value(name);
    const value = roundedNumber(given) ?? given;
    if (value !== null && typeof value !== "number") throw this.invalid(name, "must be a number");
    return value;
  }

  integer(name: string): number | null {
    const value = this.number(name);
    if (value !== null && !Number.isSafeInteger(value)) throw this.invalid(name, "must be an integer");
    return value;
  }

  boolean(name: string): boolean | null {
    const value = this.value(name);
    if (value !== null && typeof value !== "boolean") throw this.invalid(name, "must be true or false");
    return value;
  }

  array(name: string): readonly Json[] | null {
    const value = this.value(name);
    if (value !== null && !isArray(value)) throw this.invalid(name, "must be an array");
    return value;
  }

  jsonObject(name: string): JsonObject | null {
    const value = this.value(name);
    if (value !== null && !isObject(value)) throw this.invalid(name, "must be an object");
    return value;
  }

  /** The object of that name, taken apart in turn. */
  fields(name: string): Fields {
    return new Fields(this.value(name), this.pathOf(name), this.#provider);
  }

  /** Each item of an array, taken apart in turn. */
  items(name: string): readonly Fields[] {
    const items = this.array(name) ?? [];
    return items.map((item, index) => new Fields(item, `${this.pathOf(name)}[${index}]`, this.#provider));
  }

  /** Takes fields that need not be carried. */
  leave(...names: readonly string[]): void {
    this.#taken.push(...names);
  }

  /** Takes a field that asks for nothing as long as it has this value or is empty. */
  leaveDefault(name: string, value: Json): void {
    const given = this.#object[name] ?? null;
    // What is absent or null is never in the way.
    if (given === null) return;
    const asksNothing =
      given === value || (typeof given === "object" && JSON.stringify(given) === JSON.stringify(value));
    if (asksNothing) this.#taken.push(name);
  }

  /** Throws `untranslatable` for the first field that nobody took. */
  done(): void {
    for (const name of Object.keys(this.#object)) {
      if (this.#object[name] !== null && !this.#taken.includes(name)) throw this.untranslatable(name);
    }
  }

  pathOf(name: string): string {
    if (name === "") return this.path === "" ? "the body" : this.path;
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  invalid(name: string, must: string): RollwardError {
    const param = this.pathOf(name);
    return new RollwardError("invalid_request", { reason: `\`${param}\` ${must}.`, param });
  }

  untranslatable(name: string): RollwardError {
    const field = this.pathOf(name.slice(0, 100));
    return new RollwardError("untranslatable", { field, provider: this.#provider, param: field });
  }
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && roundedNumber(value) === null;
