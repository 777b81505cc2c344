import { ADMIN_KEY, forkServer, startServer } from "./contestants.ts";
import type { Contestant } from "./contestants.ts";
import type { Taken } from "./otlp-sink.ts";

/** What Prometheus does in a close watch. */
const SCRAPE_EVERY_MS = 5_000;

/** Of the calls of a contestant: what became of their traces. */
interface Traced {
  readonly kept: number;
  readonly passedOver: number;
  readonly sentSpans: number;
  readonly dropped: number;
}

/** What telemetry did while it was measured. */
export interface TelemetrySeen {
  readonly scrapes: number;
  readonly traced: Traced;
  readonly taken: Taken;
}

/** Rollward as it is measured without, scraped, and scraped with traces and metrics exported by OTLP. */
export interface TelemetryStage {
  readonly contestants: readonly Contestant[];
  /** Throws when nothing was scraped or exported: a ratio would say nothing then. */
  seen(): Promise<TelemetrySeen>;
  stop(): void;
}

/** Starts both, a scraper and a sink for what is exported, with the sampling that a project has that says nothing. */
export async function startTelemetry(upstream: number): Promise<TelemetryStage> {
  const files = { main: "rollward.yaml", releases: [1, 2] };
  const sink = await forkServer("otlp-sink.ts", []);
  const address = `http://127.0.0.1:${sink.port}`;
  const scraped = await startServer("rollward-scraped", { upstream, files });
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: address };
  const exporting = await startServer("rollward-telemetry", { upstream, files, environment });
  const contestants = [scraped, exporting];
  const scrapers = contestants.map(({ port }) => scrape(port));
  return {
    contestants,
    async seen() {
      const scrapes = Math.min(...scrapers.map(({ done }) => done()));
      const traced = await tracedBy(exporting);
      const taken = (await (await fetch(address)).json()) as Taken;
      if (scrapes === 0 || taken.requests === 0 || traced.sentSpans === 0) {
        throw new Error(`Telemetry was not at work: ${JSON.stringify({ scrapes, taken, traced })}`);
      }
      return { scrapes, traced, taken };
    },
    stop() {
      for (const { stop } of scrapers) stop();
      sink.process.kill("SIGKILL");
    },
  };
}

/** Reads `/metrics` again and again. */
function scrape(port: number): { readonly done: () => number; readonly stop: () => void } {
  let done = 0;
  const once = async (): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    if (answer.status === 200 && (await answer.text()) !== "") done += 1;
  };
  // What fails is not counted; a server that has been stopped is not scraped.
  const timer = setInterval(() => void once().catch(() => {}), SCRAPE_EVERY_MS);
  return { done: () => done, stop: () => clearInterval(timer) };
}

async function tracedBy({ port }: Contestant): Promise<Traced> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/health`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const { traces } = (await answer.json()) as {
    traces: Record<"kept" | "passed_over" | "sent_spans" | "dropped", number>;
  };
  return {
    kept: traces.kept,
    passedOver: traces.passed_over,
    sentSpans: traces.sent_spans,
    dropped: traces.dropped,
  };
}
