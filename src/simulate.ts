/**
 * Made-up reporting with known truth, for testing and calibrating detectors.
 *
 * @packageDocumentation
 */
export { countCandidate, lotCandidate, type CountRule, type EvaluatedDetector } from "./simulate/evaluate-detectors.ts";
export { type CellResult, type DayAlarm } from "./simulate/evaluate-metrics.ts";
export {
  evaluateDetectors,
  type DetectorResult,
  type Evaluation,
  type EvaluationOptions,
  type BudgetPoint,
} from "./simulate/evaluate.ts";
export { plantOutbreaks, type PlantedReports, type PlantPlan } from "./simulate/plant.ts";
export {
  PRODUCT_CLASSES,
  type DaysOff,
  type OutbreakPlan,
  type ProductClass,
  type Province,
  type ProvinceOptions,
} from "./simulate/province-options.ts";
export {
  simulatedGroup,
  simulateProvince,
  type PlantedOutbreak,
  type ProvinceTruth,
  type SimulatedProvince,
} from "./simulate/province.ts";
