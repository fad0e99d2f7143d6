/**
 * Check digit of a GTIN or another number of the GS1 system: weights 3, 1, 3, 1 … from the right. NaN when the body is not all
 * digits.
 *
 * @param body - the digits before the check digit
 * @see GS1 General Specifications, section 7.9
 * @example
 * gs1CheckDigit("0690123456789"); // 2
 */
export function gs1CheckDigit(body: string): number {
  let sum = 0;
  for (let i = body.length - 1, weight = 3; i >= 0; i--, weight = 4 - weight) {
    const digit = body.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    sum += weight * digit;
  }
  return body === "" ? NaN : (10 - (sum % 10)) % 10;
}

/** The 31 characters of a unified social credit code: digits and capitals without I, O, S, V and Z. */
export const CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/**
 * Check character of a unified social credit code: weights 3^(i−1) mod 31. `undefined` when the body holds a character outside
 * {@link CREDIT_CODE_ALPHABET}.
 *
 * @param body - the 17 characters before the check character
 * @see GB 32100-2015
 * @example
 * creditCheckCharacter("91350100M000100Y4"); // "3"
 */
export function creditCheckCharacter(body: string): string | undefined {
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    const value = CREDIT_CODE_ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    sum += weight * value;
    weight = (weight * 3) % 31;
  }
  return CREDIT_CODE_ALPHABET[(31 - (sum % 31)) % 31];
}
