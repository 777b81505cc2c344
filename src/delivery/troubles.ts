import type { Announcer } from "../ports/announcer.ts";

/** Announces what fails once when it begins to fail and once when it works again, however often it is tried. */
export class Troubles {
  readonly #announcer: Announcer;
  readonly #failing = new Set<string>();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  failed(what: string, cause: unknown): void {
    if (this.#failing.has(what)) return;
    this.#failing.add(what);
    this.#announcer.troubled(what, cause);
  }

  worked(what: string): void {
    if (this.#failing.delete(what)) this.#announcer.recovered(what);
  }
}
