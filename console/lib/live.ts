import type { QueryClient } from "@tanstack/react-query";

/** What the server tells of; see docs/console.md. */
export type Topic = "rollouts" | "routes" | "alerts" | "incidents" | "changes" | "calls";

/** How the connection stands. */
export type LiveState = "connecting" | "live" | "lost";

/** Followed by every page. Calls are not among them: their page follows them by itself, with what it looks for. */
const FOLLOWED: readonly Topic[] = ["rollouts", "routes", "alerts", "incidents", "changes"];

const RETRY_MS = 3_000;
/** Longest that a round of reading keeps the next one waiting, ms. */
const MOST_ROUND_MS = 15_000;

/** One stream for the whole page. A hidden page has none: browsers allow six connections to a server. */
class Live {
  readonly #watchers = new Set<() => void>();
  #source: EventSource | null = null;
  #client: QueryClient | null = null;
  #state: LiveState = "connecting";
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #told = new Set<Topic>();
  #isReading = false;

  get state(): LiveState {
    return this.#state;
  }

  /** Starts, and stops again when the result is called. */
  start(client: QueryClient): () => void {
    this.#client = client;
    const follow = (): void => (document.hidden ? this.#close() : this.#open(true));
    document.addEventListener("visibilitychange", follow);
    this.#open(false);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      this.#close();
      this.#client = null;
    };
  }

  /** Tells when the state of the connection changes. */
  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  #open(wasAway: boolean): void {
    if (this.#client === null) return;
    this.#close();
    const source = new EventSource(`/api/live?topics=${FOLLOWED.join(",")}`);
    this.#source = source;
    source.addEventListener("open", () => {
      // What happened meanwhile was told to nobody.
      if (wasAway || this.#state === "lost") void this.#client?.invalidateQueries();
      this.#become("live");
    });
    source.addEventListener("message", (event: MessageEvent<string>) => this.#tell(event.data));
    source.addEventListener("error", () => {
      this.#become("lost");
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#open(true), RETRY_MS);
    });
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #tell(text: string): void {
    const { topic } = JSON.parse(text) as { readonly topic: Topic };
    this.#told.add(topic);
    if (!this.#isReading) void this.#readTold();
  }

  /**
   * Reads again what was told of, one round after the other: a rollout tells something every second, and a round that
   * is cut short by the next one would never end where the server takes longer than that, or fails.
   */
  async #readTold(): Promise<void> {
    this.#isReading = true;
    while (this.#client !== null && this.#told.size > 0) {
      const told = new Set<string>(this.#told);
      this.#told.clear();
      const round = this.#client.invalidateQueries({
        predicate: ({ meta }) => ((meta?.["topics"] ?? []) as readonly string[]).some((topic) => told.has(topic)),
      });
      await Promise.race([round, new Promise((resolve) => setTimeout(resolve, MOST_ROUND_MS))]);
    }
    this.#isReading = false;
  }

  #become(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

/** The stream of this page. */
export const live = new Live();
