/** How numbers are rounded, where the contract says how. */

/** To the nearest whole number, halves to the even one; for |value| < 2^51. */
export function rint(value: number): number {
  return value + MAGIC - MAGIC;
}

// 1.5 * 2^52: beside it a float64 has no places after the point, so the sum is rounded.
const MAGIC = 6755399441055744;

/** Brought into low..high. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
