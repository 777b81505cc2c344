import { pino } from "pino";
import { expect, test } from "vitest";
import { createHumanStream } from "./human-stream.ts";

const colourless = (text: string): string => text.replaceAll(/\u001b\[\d+m/g, "");

test("log lines for people say when, what about and what, in one line each, whatever is in them", () => {
  const written: string[] = [];
  const log = pino(
    { base: null },
    createHumanStream((text) => void written.push(colourless(text))),
  );
  log.info({ endpoint: "bot", fact: "HoldSet", seq: 3 }, "Users\ncomplain \u001b[2J.");
  log.error({ err: new Error("away") }, "Trouble while writing; it will be tried again.");
  log.info("Plain.");
  expect(written.map((line) => line.replace(/^\d\d:\d\d:\d\d/, "at"))).toEqual([
    "at  bot HoldSet: Users complain \\u001b[2J.\n",
    "at  Trouble while writing; it will be tried again. (away)\n",
    "at  Plain.\n",
  ]);
  expect(written.join("")).not.toContain("{");
});
