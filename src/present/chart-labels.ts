import { cutText, textWidth } from "./chart-scale.ts";
import { blank, group, label, type Plot } from "./chart-svg.ts";
import type { Html } from "./html.ts";

/** A name and the place of its point. */
export interface PlacedName {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

const LINE = 12;

/**
 * Names beside points where there is room: to the right, else to the left, else none (the point keeps its tooltip and its row of
 * the table). Earlier names go first; no name covers another or one of the points.
 */
export function pointNames(names: readonly PlacedName[], plot: Plot): Html {
  const taken = names.map(({ x, y }) => ({ left: x - 5, right: x + 5, y, high: 5 + LINE / 2 }));
  return group(
    names.map(({ text: full, x, y }) => {
      const text = cutText(full, 190);
      const width = textWidth(text);
      for (const [left, anchor] of [
        [x + 9, "start"],
        [x - 9 - width, "end"],
      ] as const) {
        const right = left + width;
        const isFree = taken.every(
          (other) => Math.abs(other.y - y) >= other.high || other.right < left || other.left > right,
        );
        if (left < plot.left || right > plot.right || !isFree) continue;
        taken.push({ left, right, y, high: LINE });
        return label(text, anchor === "start" ? left : right, y + 4, { anchor });
      }
      return blank;
    }),
  );
}
