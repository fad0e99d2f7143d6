import { presets, type MonitorConfig } from "pvsignal";

/** What this centre looks for: disproportionate pairs among drugs, and clusters of lots. */
export const SCREENING = "drug";
export const config: MonitorConfig = {
  screenings: {
    [SCREENING]: {
      count: { domain: "drug" },
      screen: { measures: ["prr", "ror", "ic"], rule: [presets.evans, presets.umc] },
    },
  },
  detectors: { lots: { kind: "lots", options: { domains: ["drug"] } } },
  review: { capacity: 5, perYear: 12, locale: "en" },
};
