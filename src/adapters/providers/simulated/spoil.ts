import { piecesOf } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Fault } from "./fault.ts";

/** Arguments and documents that fit no schema with members of its own. */
const UNASKED = JSON.stringify({ unasked: true });

/** An answer as a model gives it that does its work badly; for other faults the answer as it is. */
export function spoil(answer: Answer, fault: Fault | null): Answer {
  switch (fault) {
    case "empty":
      return { ...answer, kind: "text", pieces: [], finishReason: "stop", completionTokens: 0 };
    case "cutShort":
      return { ...answer, pieces: answer.pieces.slice(0, Math.ceil(answer.pieces.length / 2)), finishReason: "length" };
    case "badJson":
      return saying(answer, `Sure, here it is: ${answer.pieces.join("")}`);
    case "badSchema":
      return saying(answer, UNASKED);
    case "wrongTool":
      return answer.kind === "tool" ? { ...answer, tool: "no_such_tool" } : answer;
    case "badArguments":
      return answer.kind === "tool" ? saying(answer, UNASKED) : answer;
    default:
      return answer;
  }
}

const saying = (answer: Answer, text: string): Answer => ({ ...answer, pieces: piecesOf(text) });
