/** What stands for a masked part. */
const MASK = "▇▇▇";

/** Shapes that name or reach a person: resident identity numbers, mobile and fixed telephones, e-mail addresses. */
const shapes: readonly RegExp[] = [
  /(?<![0-9０-９])[0-9０-９]{17}[0-9０-９XxＸｘ](?![0-9０-９])/gu,
  /(?<![0-9０-９])(?:\+?86[-\s]?)?[1１][3-9３-９](?:[-\s]?[0-9０-９]){9}(?![0-9０-９])/gu,
  /(?<![0-9０-９])[0０][0-9０-９]{2,3}[-－\s][0-9０-９]{7,8}(?![0-9０-９])/gu,
  /[\p{L}\p{N}._%+-]+[@＠][\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu,
];

/**
 * Free text with telephone numbers, resident identity numbers and e-mail addresses masked. A second line of defence only: names of
 * people have no shape, so fields that can hold one are not shown at all.
 *
 * @example
 * maskPersonal("皮疹，电话13800138000"); // "皮疹，电话▇▇▇"
 */
export function maskPersonal(text: string): string {
  return shapes.reduce((masked, shape) => masked.replace(shape, MASK), text);
}

/** Whether a text holds such a shape. */
export const isPersonal = (text: string): boolean => maskPersonal(text) !== text;
