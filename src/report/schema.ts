import * as z from "zod";
import { PvError } from "../error.ts";
import { partialDay } from "./date.ts";
import {
  ANSWERS,
  CAUSALITIES,
  DOMAINS,
  OUTCOMES,
  REPORT_KINDS,
  ROLES,
  SERIOUSNESS,
  SEXES,
  UNIT_KINDS,
  type Report,
} from "./report.ts";

const text = z.string().trim().min(1).max(4000);
const partialDate = z
  .string()
  .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)
  .refine((value) => partialDay(value) !== undefined, "not a calendar date");

/** zod schema of {@link ReportProduct}. */
export const reportProductSchema = z.object({
  name: text,
  role: z.enum(ROLES),
  ingredient: text.optional(),
  manufacturer: text.optional(),
  lots: z.array(text).max(1000).optional(),
  code: text.optional(),
  route: text.optional(),
  dose: text.optional(),
  start: partialDate.optional(),
  end: partialDate.optional(),
  indication: text.optional(),
  brand: text.optional(),
  form: text.optional(),
  strength: text.optional(),
  model: text.optional(),
  serial: text.optional(),
  udi: text.optional(),
  category: text.optional(),
  riskClass: text.optional(),
  madeOn: partialDate.optional(),
  expires: partialDate.optional(),
  causality: z.enum(CAUSALITIES).optional(),
  dechallenge: z.enum(ANSWERS).optional(),
  rechallenge: z.enum(ANSWERS).optional(),
  domain: z.enum(DOMAINS).optional(),
});

/** zod schema of {@link ReportEvent}. */
export const reportEventSchema = z.object({
  term: text,
  code: text.optional(),
  dictionary: text.optional(),
  onset: partialDate.optional(),
  outcome: z.enum(OUTCOMES).optional(),
});

/**
 * zod schema of {@link Report}: the boundary for reports that come from outside. Unknown fields are dropped, so a personal
 * detail that the model has no place for cannot slip through.
 */
export const reportSchema = z.object({
  id: text,
  source: z.string().max(200).default(""),
  version: z.number().int().min(0).max(2_147_483_646).default(1),
  recordId: text.optional(),
  domain: z.enum(DOMAINS),
  retracted: z.boolean().optional(),
  receivedDate: partialDate.optional(),
  eventDate: partialDate.optional(),
  awareDate: partialDate.optional(),
  reportedDate: partialDate.optional(),
  deathDate: partialDate.optional(),
  kind: z.enum(REPORT_KINDS).optional(),
  eventKey: text.optional(),
  products: z.array(reportProductSchema).max(10_000),
  events: z.array(reportEventSchema).max(10_000),
  serious: z.array(z.enum(SERIOUSNESS)).optional(),
  unexpected: z.boolean().optional(),
  publicConcern: z.boolean().optional(),
  accepted: z.boolean().optional(),
  classification: text.optional(),
  unit: text.optional(),
  unitKind: z.enum(UNIT_KINDS).optional(),
  region: text.optional(),
  division: text.optional(),
  country: text.optional(),
  reporter: text.optional(),
  patient: z
    .object({
      ageYears: z.number().min(0).max(150).optional(),
      sex: z.enum(SEXES).optional(),
      weightKg: z.number().positive().max(1000).optional(),
      pregnant: z.boolean().optional(),
    })
    .optional(),
  narrative: z.string().optional(),
  narrativeLength: z.number().int().min(0).max(2_147_483_647).optional(),
  filled: z.array(text).max(1000).optional(),
  // Only hashes: a name that slipped in here would be a personal detail kept.
  links: z
    .array(z.string().regex(/^[a-z]+:[0-9a-f]{16,128}$/))
    .max(100)
    .optional(),
});

/**
 * Checks one report from outside and returns it in the model's form.
 *
 * @throws PvError `INVALID_REPORT` naming the field
 */
export function parseReport(value: unknown): Report {
  const result = reportSchema.safeParse(value);
  if (!result.success) throw new PvError("INVALID_REPORT", describe(result.error));
  return result.data;
}

/** As {@link parseReport}, but the fault comes back as text for an issue. */
export function tryReport(value: unknown): { readonly report: Report } | { readonly fault: string } {
  const result = reportSchema.safeParse(value);
  return result.success ? { report: result.data } : { fault: describe(result.error) };
}

/** JSON Schema (draft 2020-12) of a report as it may be written to NDJSON. */
export function reportJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(reportSchema, { io: "input", unrepresentable: "any" });
}

function describe(error: z.ZodError): string {
  const first = error.issues[0];
  return first === undefined ? "not a report" : `${first.path.join(".") || "report"}: ${first.message}`;
}
