/**
 * Made-up reporting with known truth, for testing and calibrating detectors.
 *
 * @packageDocumentation
 */
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
