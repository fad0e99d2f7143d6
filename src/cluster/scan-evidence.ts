import type { Wording } from "../report/wording.ts";
import { chanceSentence, countedName, ratioText, weighingSentences, type CountedAs } from "./alert-evidence.ts";
import type { AlertBody } from "./alert-make.ts";
import { shown } from "./evidence.ts";

/** What a scan of places knows beside the alert. */
export interface PlaceFindings extends CountedAs {
  readonly model: "permutation" | "bernoulli";
  readonly products: number;
  /** Places of the cluster that stand at the centre of a division above them. */
  readonly atCentreAbove: readonly string[];
}

const MOST_NAMES = 12;

/** What a cluster of places rests on. The first sentence says what was compared with what, the others what to weigh. */
export function placeEvidence(alert: AlertBody, found: PlaceFindings): Wording[] {
  const { scope, window, observed, expected, reproducibility } = alert;
  const places = scope.places ?? [];
  const names = (scope.region ?? "").split("、");
  const region = `${names.slice(0, MOST_NAMES).join("、")}${names.length > MOST_NAMES ? " …" : ""}`;
  const counted = countedName(found);
  const ratio = ratioText(alert);
  const days = reproducibility.windowDays;
  const against: Wording =
    found.model === "permutation"
      ? {
          zh: `按该产品在各地、各日的报告总数（地点与时间无关时）预期 ${shown(expected)}`,
          en: `${shown(expected)} were expected from the product's own totals of each place and of each day, were place and time unrelated`,
        }
      : {
          zh: `按同地同日全部产品的报告中该产品所占比例预期 ${shown(expected)}`,
          en: `${shown(expected)} were expected from all reports of the same places and days and the product's share of reports everywhere`,
        };
  const sentences: Wording[] = [
    {
      zh: `${scope.product ?? ""}：${region}（${places.length} 处）${window.from} 至 ${window.to} 有 ${observed} ${counted.zh}，${against.zh}（${ratio.zh}）。`,
      en: `${scope.product ?? ""}: ${observed} ${counted.en} in ${region} (${places.length} places) from ${window.from} to ${window.to}; ${against.en} (${ratio.en}).`,
    },
    chanceSentence(alert, {
      zh: `考察 ${found.products} 个产品、所有相邻地区组合和不超过 ${days} 天的时段`,
      en: `${found.products} products, all zones of neighbouring places and windows of up to ${days} days`,
    }),
    ...weighingSentences(alert),
  ];
  if (found.model === "permutation") {
    sentences.push({
      zh: "该方法看不到全域同时上升；个别地区上报能力变化或新单位加入也会表现为聚集。",
      en: "The method does not see a rise everywhere; units that join, or places that begin to report more, look like clusters.",
    });
  }
  if (found.atCentreAbove.length > 0) {
    sentences.push({
      zh: `${found.atCentreAbove.join("、")} 缺少坐标，以上级行政区的中心代替。`,
      en: `No centre is known of ${found.atCentreAbove.join(", ")}: the division above stands in.`,
    });
  }
  return sentences;
}
