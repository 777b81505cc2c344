import { useMedia } from "../../lib/use-media.ts";

/** Whether the window has room for two columns of text: from `xl` of the design's widths on. */
export const useWide = (): boolean => useMedia("(min-width: 80rem)");
