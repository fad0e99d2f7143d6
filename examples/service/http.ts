import type { IncomingMessage, ServerResponse } from "node:http";
import { ERROR_CODES, type PvErrorCode } from "pvsignal";

/** What the service itself refuses, beside the codes of the library. */
export const SERVICE_CODES = [
  "BAD_REQUEST",
  "BAD_JSON",
  "BAD_SHAPE",
  "BODY_TOO_LARGE",
  "BUSY",
  "FORBIDDEN",
  "INTERNAL",
  "LOG_MOVED",
  "METHOD_NOT_ALLOWED",
  "MISSING_PARAMETER",
  "NO_REPORT",
  "NO_RUN",
  "NOT_FOUND",
  "STOPPED",
  "UNKNOWN_PARAMETER",
  "UNSUPPORTED_MEDIA_TYPE",
] as const;
export type ServiceCode = (typeof SERVICE_CODES)[number] | PvErrorCode;

/** A refusal with its status and code. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: ServiceCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ServiceCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Status of the library's codes; what is not here is not the caller's doing. */
const STATUS: Partial<Record<PvErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  INVALID_COUNT: 400,
  INVALID_DATE: 400,
  INVALID_OPTION: 400,
  INVALID_REPORT: 400,
  DUPLICATE_KEY: 400,
  EMPTY_SCOPE: 404,
  UNKNOWN_TERM: 404,
  ILLEGAL_TRANSITION: 409,
  STORE_CLOSED: 503,
};

/** Any fault as a refusal. What went wrong inside is for the operator, not for the caller. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { code, message } = error as { code?: PvErrorCode; message?: string };
  const status = code !== undefined && ERROR_CODES.includes(code) ? STATUS[code] : undefined;
  if (status !== undefined) return new ServiceError(status, code!, message ?? "");
  if ((error as { name?: string }).name === "AbortError")
    return new ServiceError(503, "STOPPED", "the work was stopped");
  return new ServiceError(500, "INTERNAL", "the service failed; its log says why");
}

/** Sends JSON, unless the caller has gone. */
export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(bytes);
}

/**
 * The whole body, at most `limit` bytes of it. What is beyond is let through unkept, so that the caller hears the answer; how long
 * that may last is the server's `requestTimeout`.
 *
 * @throws ServiceError `BODY_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`
 */
export async function bodyOf(request: IncomingMessage, type: string, limit: number): Promise<Buffer> {
  const given = (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  // Also keeps forms of foreign pages out: a browser sends this type only after asking, and is told no.
  if (given !== type) throw new ServiceError(415, "UNSUPPORTED_MEDIA_TYPE", `expected a body of ${type}`);
  const tooLarge = (): ServiceError => new ServiceError(413, "BODY_TOO_LARGE", `a body has at most ${limit} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.on("end", () => {
      resolve(Buffer.concat(chunks));
    });
    request.on("error", reject);
    request.on("close", () => {
      reject(new ServiceError(400, "BAD_REQUEST", "the body was cut short"));
    });
  });
}

/** Parameters of a query, each once and each known. */
export class Query {
  readonly #values = new Map<string, string>();

  constructor(search: URLSearchParams, known: readonly string[]) {
    for (const [name, value] of search) {
      if (!known.includes(name)) {
        const has = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
        throw new ServiceError(
          400,
          "UNKNOWN_PARAMETER",
          `${JSON.stringify(name.slice(0, 40))} is no parameter; ${has}`,
        );
      }
      if (this.#values.has(name)) throw new ServiceError(400, "BAD_REQUEST", `${name} is given twice`);
      this.#values.set(name, value);
    }
  }

  optional(name: string): string | undefined {
    return this.#values.get(name);
  }

  required(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined || value === "") throw new ServiceError(400, "MISSING_PARAMETER", `${name} is missing`);
    return value;
  }

  /** A whole number from 0 to `most`. */
  number(name: string, unlessTold: number, most: number): number {
    const text = this.#values.get(name);
    if (text === undefined) return unlessTold;
    if (!/^\d{1,9}$/.test(text) || Number(text) > most)
      throw new ServiceError(400, "BAD_REQUEST", `${name}: expected a whole number from 0 to ${most}`);
    return Number(text);
  }
}
