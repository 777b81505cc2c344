import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { backtestView } from "../../src/contract/backtests.ts";
import { describeLeftOut } from "../../src/domain/backtest/left-out.ts";
import type { LeftOutReason } from "../../src/domain/backtest/left-out.ts";
import { startStage } from "../fixtures/backtest-stage.ts";
import type { BacktestStage } from "../fixtures/backtest-stage.ts";

const DOCS = readFileSync(new URL("../../docs/backtest.md", import.meta.url), "utf8");

const blocks = (language: string): readonly string[] =>
  [...DOCS.matchAll(/```(\w*)\n([^`]*)```/g)].flatMap(([, own, text = ""]) => (own === language ? [text] : []));

let stage: BacktestStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

/** The arguments of a command as a shell reads them. */
const argumentsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = ""]) => quoted ?? plain).slice(1);

/** Lines without their figures, ids and times, white space in one. */
const shapeOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) =>
      line
        .replaceAll(/[-+×]?\s?[\d.,:TZ$%-]+/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    )
    .filter((line) => line !== "");

test("the commands of docs/backtest.md run on its example and say what it shows", async () => {
  const [project = ""] = blocks("yaml");
  const [first = "", others = ""] = blocks("sh");
  stage = await startStage(project);
  await stage.record(40);
  await stage.apply(
    project.replace("quality: 1", "quality: 1\n        failures: { malformed: 40% }").replace("64", "63"),
  );
  const ran = await stage.cli(...argumentsOf(first.trim()), "--yes");
  expect(ran.code).toBe(2);
  const said = shapeOf(ran.text);
  const shown = blocks("").flatMap((block) => shapeOf(block.split("\n")[0] ?? ""));
  expect(said.find((line) => line.startsWith("expected to cost"))).toBeDefined();
  expect(shown[0]).toContain("against");
  const heading = DOCS.split("\n").find((line) => line.startsWith("metric ")) ?? "";
  const metrics = DOCS.split("\n").flatMap(
    (line) => /^(errors|refusals|invalid-output|cost|output-tokens|latency|first-token) {2,}/.exec(line)?.[1] ?? [],
  );
  expect(said).toContain(heading.split(/ {2,}/).join(" "));
  for (const metric of metrics) expect(ran.text).toContain(`\n${metric} `);
  expect(metrics).toHaveLength(7);
  const id = /bkt_[0-9a-z]{26}/.exec(ran.text)?.[0] ?? "";
  const codes: number[] = [];
  for (const line of others.trim().split("\n")) {
    const { code } = await stage.cli(...argumentsOf(line.replace(/bkt_[0-9a-z]+/, id)));
    codes.push(code);
  }
  // It has ended: it is listed and shown, cannot be started, and stopping it changes nothing.
  expect(codes).toEqual([0, 2, 1, 0]);
});

/** The words in the first column of the table after a heading row. */
const firstColumn = (heading: string): readonly string[] => {
  const [, table = ""] = new RegExp(`\\| ${heading} \\|[^]*?\\n\\|[-|]+\\n([^]*?)\\n\\n`).exec(DOCS) ?? [];
  return table.split("\n").flatMap((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? []);
};

test("docs/backtest.md has every option, every reason to leave a session out and every way to end", async () => {
  stage = await startStage(blocks("yaml")[0] ?? "");
  const { text } = await stage.cli("backtest", "--help");
  for (const option of firstColumn("option")) expect(text).toContain(option);
  const reasons = firstColumn("reason");
  for (const reason of reasons) expect(describeLeftOut({ [reason as LeftOutReason]: 1 })).not.toContain("undefined");
  expect(reasons).toHaveLength(9);
  const ended = backtestView.shape.ended.unwrap().shape.how.options;
  expect(firstColumn("it ended because").toSorted()).toEqual(ended.toSorted());
});
