import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

/** A connection that takes some writes and then none, until it drains. */
class Connection {
  readonly written: string[] = [];
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  write(text: string): boolean {
    this.written.push(text);
    this.room -= 1;
    return this.room > 0;
  }

  messages(): { topic: string; data?: number; dropped?: number }[] {
    return this.written
      .filter((text) => text.includes("data: "))
      .map((text) => JSON.parse(text.split("data: ")[1] ?? "") as { topic: string; data?: number; dropped?: number });
  }
}

describe("the messages of one listener", () => {
  test("go out at once, with the id that a browser sends back", () => {
    const connection = new Connection(10);
    new EventQueue(connection).add({ topic: "rollouts" }, "3.1,2");
    expect(connection.written).toEqual(['id: 3.1,2\ndata: {"topic":"rollouts"}\n\n']);
  });

  test("wait for a slow connection; a topic that says only that something happened waits once", () => {
    const connection = new Connection(1);
    const queue = new EventQueue(connection);
    for (const topic of ["rollouts", "rollouts", "alerts", "rollouts"] as const) queue.add({ topic }, "");
    queue.beat();
    expect(connection.messages()).toHaveLength(1);
    connection.room = 100;
    queue.drained();
    expect(connection.messages().map(({ topic }) => topic)).toEqual(["rollouts", "rollouts", "alerts"]);
    queue.beat();
    expect(connection.written.at(-1)).toBe(": alive\n\n");
  });

  test("end after four beats at which the connection took nothing, and not before", () => {
    const connection = new Connection(1);
    const queue = new EventQueue(connection);
    queue.add({ topic: "rollouts" }, "");
    expect([queue.beat(), queue.beat(), queue.beat()]).toEqual([true, true, true]);
    connection.room = 1;
    queue.drained();
    expect(queue.beat()).toBe(true);
    expect([queue.beat(), queue.beat(), queue.beat(), queue.beat()]).toEqual([true, true, true, false]);
  });

  test("whatever the connection does: in order, and what is missing is counted in the message that follows", () => {
    const steps = fc.array(fc.oneof(fc.constant("add"), fc.integer({ min: 1, max: 50 })), { maxLength: 600 });
    fc.assert(
      fc.property(steps, (story) => {
        const connection = new Connection(1);
        const queue = new EventQueue(connection);
        let added = 0;
        for (const step of story) {
          if (step === "add") queue.add({ topic: "calls", data: (added += 1) }, "");
          else {
            connection.room = step;
            queue.drained();
          }
        }
        connection.room = 10_000;
        queue.drained();
        let expected = 1;
        for (const { data = 0, dropped = 0 } of connection.messages()) {
          expect(data).toBe(expected + dropped);
          expected = data + 1;
        }
        expect(expected).toBe(added + 1);
      }),
    );
  });
});
