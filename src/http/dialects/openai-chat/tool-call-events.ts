import type { CallEvent } from "../../../domain/call/canonical.ts";
import { isRecord } from "../is-record.ts";

interface CallUnderway {
  readonly index: number;
  /** As the provider gave it; empty while it gave none. */
  id: string;
  isStarted: boolean;
  /** Arguments that came before the name. */
  held: string;
}

/**
 * Joins the pieces of tool calls. A piece says by its `index` where it belongs; some servers leave that out and
 * send each call whole, told apart by its id.
 */
export class ToolCallEvents {
  readonly #calls = new Map<string, CallUnderway>();
  #last: CallUnderway | null = null;

  get any(): boolean {
    return this.#calls.size > 0;
  }

  translate(piece: unknown): readonly CallEvent[] {
    if (!isRecord(piece)) return [];
    const called = isRecord(piece["function"]) ? piece["function"] : {};
    const { name, arguments: given } = called;
    const call = this.#callOf(piece);
    if (typeof piece["id"] === "string" && call.id === "") call.id = piece["id"];
    const text = typeof given === "string" ? given : isRecord(given) ? JSON.stringify(given) : "";
    if (!call.isStarted && typeof name !== "string") {
      call.held += text;
      return [];
    }
    const events = call.isStarted ? [] : [startOf(call, String(name))];
    const argumentsDelta = call.held + text;
    call.held = "";
    if (argumentsDelta === "") return events;
    return [...events, { type: "tool-call-delta", index: call.index, argumentsDelta }];
  }

  /** Calls that never got a name are still calls: the client must see that something is wrong. */
  end(): readonly CallEvent[] {
    return [...this.#calls.values()]
      .filter((call) => !call.isStarted)
      .flatMap((call) => [
        startOf(call, ""),
        { type: "tool-call-delta", index: call.index, argumentsDelta: call.held },
      ]);
  }

  #callOf(piece: Readonly<Record<string, unknown>>): CallUnderway {
    const place = placeOf(piece);
    const known = place === null ? null : this.#calls.get(place);
    // A piece that says nothing of its place goes on with the last call, unless it names a function.
    const goesOn = known ?? (place === null && !isNamed(piece) ? this.#last : null);
    this.#last = goesOn ?? { index: this.#calls.size, id: "", isStarted: false, held: "" };
    if (goesOn === null) this.#calls.set(place ?? `number ${this.#calls.size}`, this.#last);
    return this.#last;
  }
}

function placeOf({ index, id }: Readonly<Record<string, unknown>>): string | null {
  if (typeof index === "number") return `index ${index}`;
  return typeof id === "string" && id !== "" ? `id ${id}` : null;
}

const isNamed = ({ function: called }: Readonly<Record<string, unknown>>): boolean =>
  isRecord(called) && typeof called["name"] === "string";

/** Servers that give no id get one, so that the result can name its call. */
function startOf(call: CallUnderway, name: string): CallEvent {
  call.isStarted = true;
  return { type: "tool-call-start", index: call.index, id: call.id === "" ? `call_${call.index}` : call.id, name };
}
