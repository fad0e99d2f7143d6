/**
 * Every stable code a {@link PvError} can carry. Callers compare `code`, never the message and never the class:
 * the ESM and the CommonJS copy of the package have two classes of the same name.
 */
export const ERROR_CODES = [
  "INVALID_COUNT",
  "INVALID_LEVEL",
  "INVALID_ARGUMENT",
  "INVALID_DATE",
  "INVALID_OPTION",
  "INVALID_REPORT",
  "LENGTH_MISMATCH",
  "MIXED_DOMAINS",
  "EMPTY_SCOPE",
  "UNKNOWN_TERM",
  "UNKNOWN_MEASURE",
  "RULE_SYNTAX",
  "RULE_REFUSED",
  "SOURCE_UNREADABLE",
  "SOURCE_EMPTY",
  "UNKNOWN_LAYOUT",
  "TRUNCATED_SOURCE",
  "STRICT_ISSUE",
  "OUTPUT_UNWRITABLE",
  "DUPLICATE_KEY",
  "MISSING_PARENT",
  "CYCLE",
  "MIXED_TERMINOLOGIES",
  "CORRUPT_COUNTS",
  "ILLEGAL_TRANSITION",
  "CORRUPT_LOG",
  "WORKER_FAILED",
  "CORRUPT_STATE",
  "CORRUPT_SNAPSHOT",
  "TRUNCATED_SNAPSHOT",
  "NEWER_FORMAT",
  "CORRUPT_JOURNAL",
  "STORE_LOCKED",
  "STORE_CLOSED",
] as const;

/** One of {@link ERROR_CODES}. */
export type PvErrorCode = (typeof ERROR_CODES)[number];

/**
 * A wrong call, or a source that cannot be read at all. Dirty data never throws: it becomes an `Issue`.
 *
 * @example
 * try { prr({ a: -1, b: 1, c: 1, d: 1 }); } catch (e) { (e as PvError).code; } // "INVALID_COUNT"
 */
export class PvError extends RangeError {
  override readonly name = "PvError";
  readonly code: PvErrorCode;

  constructor(code: PvErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
