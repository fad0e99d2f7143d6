/** Castagnoli's polynomial with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256: table k takes a byte that lies k bytes before the end of eight. */
const TABLE = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLE[byte] = crc;
}
for (let i = 256; i < TABLE.length; i++) TABLE[i] = (TABLE[i - 256]! >>> 8) ^ TABLE[TABLE[i - 256]! & 255]!;

/**
 * CRC-32C of bytes, from 0 to 2^32 - 1. It finds every error of up to 32 bits in a row, and of others all but one in 2^32.
 *
 * @see RFC 3720, appendix B.4 (check values); eight bytes a step: Kounavis, Berry (2008) doi:10.1109/TC.2008.85
 * @example
 * crc32c(new TextEncoder().encode("123456789")); // 3808858755
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      TABLE[1792 | (low & 255)]! ^
      TABLE[1536 | ((low >>> 8) & 255)]! ^
      TABLE[1280 | ((low >>> 16) & 255)]! ^
      TABLE[1024 | (low >>> 24)]! ^
      TABLE[768 | bytes[i + 4]!]! ^
      TABLE[512 | bytes[i + 5]!]! ^
      TABLE[256 | bytes[i + 6]!]! ^
      TABLE[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}
