/** In which zone times are written: UTC, as in every sentence of the server, or that of this computer. */
export type Zone = "utc" | "local";

const STORED = "rollward.zone";

function read(): Zone {
  try {
    return localStorage.getItem(STORED) === "local" ? "local" : "utc";
  } catch {
    // Where nothing is kept, and in tests without a browser.
    return "utc";
  }
}

/** The zone of this page. */
export const ZONE: Zone = read();

/** What a formatter of times needs to write them in that zone. */
export const IN_ZONE: { readonly timeZone?: "UTC" } = ZONE === "utc" ? { timeZone: "UTC" } : {};

/** Remembers a zone and loads the page anew, in which every time is then written so. */
export function chooseZone(zone: Zone): void {
  try {
    if (zone === "utc") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, zone);
  } catch {
    return;
  }
  location.reload();
}

/** How the zone of this page is called: "UTC", "GMT+1", "CET". */
export const zoneName = (): string =>
  new Intl.DateTimeFormat("en-GB", { ...IN_ZONE, timeZoneName: "short" })
    .formatToParts()
    .find(({ type }) => type === "timeZoneName")?.value ?? "local";
