/** Sentences of one meaning in both languages. */
export interface Wording {
  readonly zh: string;
  readonly en: string;
}

/** `official`: a legal text or official guidance gives the number. `local`: a tool or centre uses it. `default`: ours. */
export type NumberStatus = "official" | "local" | "default";
