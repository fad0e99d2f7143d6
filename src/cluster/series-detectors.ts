import { bayes } from "./series-bayes.ts";
import { cusum } from "./series-cusum.ts";
import { earsC1, earsC2, earsC3 } from "./series-ears.ts";
import { farrington, farringtonFlexible } from "./series-farrington.ts";
import { nbGlr, poissonGlr } from "./series-glr.ts";
import { outbreakP } from "./series-outbreak-p.ts";
import { ewma, shewhart } from "./series-shewhart.ts";
import { changePoint, temporalScan } from "./series-temporal-scan.ts";

/**
 * Detectors for {@link monitorSeries}, by name. Each takes its options and gives a detector that echoes all of them; a detector
 * has no memory and may be used for any number of series.
 */
export const detectors = {
  earsC1,
  earsC2,
  earsC3,
  shewhart,
  cusum,
  ewma,
  poissonGlr,
  nbGlr,
  farrington,
  farringtonFlexible,
  temporalScan,
  changePoint,
  bayes,
  outbreakP,
} as const;
