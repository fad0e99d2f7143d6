import { hypergeometricLogPmf } from "./hypergeometric.ts";
import type { SeededRandom } from "./random.ts";

/** Below this many draws they are made one after the other. */
const FEW = 40;

/**
 * Marked ones among `drawn` taken without replacement from `n` of which `marked` are marked: one by one when few are drawn,
 * otherwise by inversion from the mode outwards. Margins are whole numbers with marked, drawn <= n.
 */
export function drawHypergeometric(random: SeededRandom, drawn: number, marked: number, n: number): number {
  if (drawn > n / 2) return marked - drawHypergeometric(random, n - drawn, marked, n);
  if (drawn <= FEW) {
    let left = marked;
    for (let i = 0; i < drawn; i++) if (random.next() * (n - i) < left) left--;
    return marked - left;
  }
  return fromMode(random, drawn, marked, n);
}

function fromMode(random: SeededRandom, drawn: number, marked: number, n: number): number {
  const lowest = Math.max(0, drawn + marked - n);
  const highest = Math.min(drawn, marked);
  const mode = Math.min(highest, Math.max(lowest, Math.floor(((drawn + 1) / (n + 2)) * (marked + 1))));
  const top = Math.exp(hypergeometricLogPmf(mode, marked, drawn, n));
  for (;;) {
    let rest = random.next() - top;
    if (rest < 0) return mode;
    let up = mode;
    let upMass = top;
    let down = mode;
    let downMass = top;
    while (upMass > 0 || downMass > 0) {
      upMass = up < highest ? upMass * ((marked - up) / (up + 1)) * ((drawn - up) / (n - marked - drawn + up + 1)) : 0;
      up++;
      rest -= upMass;
      if (rest < 0) return up;
      downMass =
        down > lowest
          ? downMass * (down / (marked - down + 1)) * ((n - marked - drawn + down) / (drawn - down + 1))
          : 0;
      down--;
      rest -= downMass;
      if (rest < 0) return down;
    }
    // the masses sum to 1 up to rounding: a uniform number in that last gap is drawn again
  }
}
