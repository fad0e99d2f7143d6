const MINUS = "\u2212";

/**
 * A number as charts and their texts show it: the given significant digits without trailing zeros, powers of ten above a million
 * and below a ten-thousandth, the same everywhere whatever the language of the machine. Whole numbers below a million keep all
 * their digits.
 *
 * @returns `"∞"` and `"−∞"` for infinities, `"–"` for NaN
 * @example
 * chartNumber(-0.012345); // "−0.0123"
 */
export function chartNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "\u2013";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size === Infinity) return `${sign}∞`;
  if (size === 0) return "0";
  if (Number.isInteger(value) && size < 1e6) return sign + String(size);
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e") as [string, string];
  const power = Number(exponent);
  if (power >= 6 || power < -4) return `${sign}${trimmed(mantissa)}e${power < 0 ? MINUS : ""}${Math.abs(power)}`;
  return sign + trimmed(Number(`${mantissa}e${power}`).toFixed(Math.max(0, digits - 1 - power)));
}

const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** An SVG coordinate: a tenth of a pixel. Callers have sorted out what is not finite before. */
export const px = (value: number): string => value.toFixed(1).replace(/\.0$/, "").replace(/^-0$/, "0");
