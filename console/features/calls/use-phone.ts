import { useSyncExternalStore } from "react";

const PHONE = "(max-width: 47.99rem)";

function watch(tell: () => void): () => void {
  const query = matchMedia(PHONE);
  query.addEventListener("change", tell);
  return () => query.removeEventListener("change", tell);
}

/** Whether the window is as narrow as a phone's. */
export const usePhone = (): boolean => useSyncExternalStore(watch, () => matchMedia(PHONE).matches);
