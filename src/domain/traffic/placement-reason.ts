/**
 * Why a call is served where no lot of the ladder put it: it asked for a release by name (`preview`), is held back while
 * a promotion bakes, began on a release that is being left and finishes there (`draining`), stays there because its
 * conversation would not fit the other (`incompatible`), or a budget has no room for its own release (`degraded`).
 */
export type PlacementReason = "preview" | "holdback" | "draining" | "incompatible" | "degraded";
