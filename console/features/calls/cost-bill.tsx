import { clsx } from "clsx";
import { count, pico, usd } from "../../lib/format.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import type { WholeCall } from "./timeline.tsx";

type Bill = Pick<WholeCall, "cost" | "cost_pico" | "price_version" | "attempts" | "units">;

/** What a call has cost, line by line: count × price = cost. */
export function CostBill({ call }: { call: Bill }) {
  const { cost } = call;
  return (
    <div className="overflow-x-auto" role="region" aria-label="Cost" tabIndex={0}>
      <table className="w-full text-left text-xs">
        <caption className="sr-only">What the call has cost</caption>
        <thead>
          <tr className="text-faint">
            {["What", "Count", "× a million", "Cost"].map((head, index) => (
              <th key={head} scope="col" className={clsx("h-7 font-medium", index > 0 && "text-right")}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Lines call={call} />
          <Sums call={call} />
        </tbody>
      </table>
      {!cost.is_recorded && (
        <p className="mt-2 text-xs text-dim">
          <StateMark state="info" plain>
            With the prices of today it would be {pico(cost.lines_pico)}.
          </StateMark>
        </p>
      )}
    </div>
  );
}

const Lines = ({ call: { cost, attempts } }: { call: Bill }) =>
  cost.lines.map((line, index) => (
    <tr key={index} className="border-t border-line">
      <td className="py-1.5 pr-2">
        {line.what}
        {attempts.length > 1 && <span className="text-faint"> · attempt {line.attempt + 1}</span>}
        <Above tokens={attempts[line.attempt]?.price_above ?? null} />
      </td>
      <td className="text-right">{count(line.count)}</td>
      <td className="text-right text-dim">{line.price_pico === null ? "–" : usd(Number(line.price_pico) / 1e6)}</td>
      <td className="text-right">{line.cost_pico === null ? "no price" : pico(line.cost_pico)}</td>
    </tr>
  ));

/** Which price it was, where long prompts cost another. */
const Above = ({ tokens }: { tokens: number | null }) =>
  tokens !== null && <span className="text-faint"> · prompt above {count(tokens)}</span>;

const Sums = ({ call }: { call: Bill }) => (
  <>
    {call.cost.other_pico !== "0" && (
      <tr className="border-t border-line">
        <td colSpan={3} className="py-1.5">
          Beside the attempts: summaries, judges, embeddings
        </td>
        <td className="text-right">{pico(call.cost.other_pico)}</td>
      </tr>
    )}
    <tr className="border-t border-line-strong font-medium">
      <td colSpan={3} className="py-1.5">
        Recorded
        {call.price_version !== null && (
          <span className="font-normal text-faint" title={call.price_version}>
            {" "}
            · prices {call.price_version.slice(0, 12)}
          </span>
        )}
      </td>
      <td className="text-right">{call.units?.priced === false ? "cost unknown" : pico(call.cost_pico)}</td>
    </tr>
  </>
);
