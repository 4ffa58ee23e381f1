// How long to wait before the next try: exponential, with full jitter, so that a thousand clients do not return at once.

const FIRST_MS = 250;
const LAST_MS = 10_000;

/** The wait in milliseconds before try `attempt` (from 0), for a random number in 0..1. */
export function waitMs(attempt: number, random: number): number {
  return jitterMs(Math.min(FIRST_MS * 2 ** Math.min(attempt, 16), LAST_MS), random);
}

/** A part of `ceilingMs`, for a random number in 0..1. */
export function jitterMs(ceilingMs: number, random: number): number {
  return Math.floor(ceilingMs * Math.min(Math.max(random, 0), 1));
}
