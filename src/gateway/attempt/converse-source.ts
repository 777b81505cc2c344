import type { CallEvent } from "../../domain/call/canonical.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AnswerEncoder } from "../../ports/dialect.ts";
import type { ConverseRequest, ConversingProvider } from "../../ports/provider.ts";
import type { AnswerSource } from "./answer-source.ts";

/** An answer of another dialect: its events are encoded as the client's. */
export function converseSource(
  provider: ConversingProvider,
  request: ConverseRequest,
  encoder: AnswerEncoder,
): AnswerSource {
  return {
    get facts() {
      return encoder.facts;
    },
    sent: null,
    start(sink) {
      let begun = false;
      const begin = (): void => {
        if (!begun) sink.head(200);
        begun = true;
      };
      return provider.converse(request, {
        event(event: CallEvent) {
          begin();
          const bytes = encoder.push(event);
          if (bytes.length > 0) sink.bytes(bytes);
        },
        end() {
          begin();
          const error = faultOf(encoder, provider.name);
          if (error !== null) return sink.fail(error);
          const rest = encoder.end();
          if (rest.length > 0) sink.bytes(rest);
          sink.end();
        },
        fail: (error) => sink.fail(error),
      });
    },
  };
}

/** Why what came is no answer; `null` where it is one. */
function faultOf({ facts: { fault, finishReason } }: AnswerEncoder, provider: string): RollwardError | null {
  if (fault !== null) return new RollwardError("provider_bad_answer", { provider, reason: fault.reason });
  if (finishReason !== null) return null;
  return new RollwardError("provider_cut", { provider, reason: "it has no finish reason" });
}
