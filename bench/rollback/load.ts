import { ADMIN_KEY } from "../../test/fixtures/running-server.ts";

/** One new session: where it began, when (epoch ms), and which side served it; `null` when it was not answered by one. */
export interface BegunSession {
  readonly replica: number;
  readonly at: number;
  readonly arm: string | null;
}

/** Begins new sessions at every replica at a steady rate, whether answers come or not. */
export class Load {
  readonly #urls: readonly string[];
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  #sessions: BegunSession[] = [];
  #count = 0;

  constructor(urls: readonly string[], perSecond: number) {
    this.#urls = urls;
    this.#timer = setInterval(() => this.#begin(), 1_000 / perSecond);
  }

  /** Sessions begun since the last time this was asked, those under way included as soon as they are answered. */
  async take(): Promise<readonly BegunSession[]> {
    await Promise.all(this.#underWay);
    const taken = this.#sessions;
    this.#sessions = [];
    return taken;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #begin(): void {
    this.#count += 1;
    for (const replica of this.#urls.keys()) {
      const asked = this.#ask(replica, `session-${this.#count}-${replica}`).finally(() => this.#underWay.delete(asked));
      this.#underWay.add(asked);
    }
  }

  async #ask(replica: number, session: string): Promise<void> {
    const at = Date.now();
    try {
      const response = await fetch(`${this.#urls[replica]}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          "content-type": "application/json",
          "x-rollward-session": session,
        },
        body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Is it there?" }] }),
      });
      await response.arrayBuffer();
      this.#sessions.push({ replica, at, arm: response.headers.get("x-rollward-arm") });
    } catch {
      this.#sessions.push({ replica, at, arm: null });
    }
  }
}
