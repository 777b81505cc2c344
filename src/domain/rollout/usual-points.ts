/**
 * Beside the ratio, an event that is seen in every session is no worse where it befalls less than one session of a hundred
 * more: without any event a ratio can never be proven, and that is how it should be most of the time.
 */
export const USUAL_POINTS = 0.01;
