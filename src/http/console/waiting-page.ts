import { hash } from "node:crypto";
import type { SiteStanding } from "./serve-site.ts";

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.55 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.25rem}code{font:13px ui-monospace,monospace}`;

/** What that page may do: be looked at. */
export const WAITING_POLICY = `default-src 'none'; style-src 'sha256-${hash("sha256", STYLE, "base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const WORDS: Readonly<Record<SiteStanding, readonly [title: string, text: string]>> = {
  ready: ["The console is here", "Load the page again."],
  building: [
    "The console is being built",
    "This takes some seconds after an update; the page comes by itself. Calls and the admin API are served already.",
  ],
  failed: [
    "The console could not be built",
    "Calls and the admin API are served. <code>npm run build:console</code> in the server's folder shows why.",
  ],
  absent: [
    "There is no console here",
    "It was not built, and its development packages are not installed. Run <code>npm ci</code> and <code>npm run build:console</code> in the server's folder, or use the <code>rollward</code> command: calls and the admin API are served.",
  ],
};

/** In place of the console, while there is none: says why, and comes back by itself while it is being built. */
export function waitingPage(standing: SiteStanding): string {
  const [title, text] = WORDS[standing];
  const refresh = standing === "building" || standing === "ready" ? `<meta http-equiv="refresh" content="1">` : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}<title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
}
