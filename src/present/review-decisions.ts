import { PvError } from "../error.ts";
import { decideAll, logHead } from "../monitor/decision-log.ts";
import type { Decision, DecisionLog, DecisionState, EvidenceSnapshot } from "../monitor/decision.ts";
import type { PacketItem, ReviewPacket } from "./review.ts";

/** What a meeting decided on an item. */
export interface PacketDecision {
  /** Number of the item in the packet. */
  readonly number: number;
  readonly state: DecisionState;
  readonly why: string;
  /** Who decided; the meeting unless told. */
  readonly by?: string | undefined;
  readonly due?: string | null | undefined;
}

/**
 * Writes the decisions of a meeting into the decision log, all of them or none, each with the evidence as it stood in the packet.
 * An item that nobody had decided on is entered as detected, and taken under review, before an outcome is: the log shows every step.
 *
 * @param log - the log the packet was made with, or one that has gone on since
 * @param meeting - moment of the meeting with its zone, and the name it goes by
 * @throws PvError `INVALID_ARGUMENT` for a number that the packet does not have, or a log the packet was not made with; others as
 *   `decideAll`
 */
export function recordPacketDecisions(
  packet: ReviewPacket,
  log: DecisionLog,
  decisions: readonly PacketDecision[],
  meeting: { readonly at: string; readonly by: string },
): DecisionLog {
  if (packet.logHead !== logHead([]) && !log.some(({ digest }) => digest === packet.logHead))
    throw new PvError("INVALID_ARGUMENT", "the log does not go on from the one the packet was made with");
  const last = new Map(log.map(({ key, state }) => [key, state]));
  const entries = decisions.flatMap((one): Decision[] => {
    const item = packet.items.find(({ number }) => number === one.number);
    if (item === undefined) throw new PvError("INVALID_ARGUMENT", `the packet has no item ${one.number}`);
    const steps = stepsTo(one.state, last.get(item.key));
    last.set(item.key, one.state);
    const base = { key: item.key, at: meeting.at, by: one.by ?? meeting.by, evidence: snapshot(item, packet) };
    return [
      ...steps.map((state) => ({ ...base, state, why: `item ${item.number} of the packet ${packet.period.name}` })),
      { ...base, state: one.state, why: one.why, due: one.due ?? null },
    ];
  });
  return decideAll(log, entries);
}

/** States on the way that nobody had entered yet. */
function stepsTo(wanted: DecisionState, state: DecisionState | undefined): DecisionState[] {
  const isOutcome = wanted !== "detected" && wanted !== "under-review";
  if (state === undefined)
    return [...(wanted === "detected" ? [] : ["detected" as const]), ...(isOutcome ? ["under-review" as const] : [])];
  return state === "detected" && isOutcome ? ["under-review"] : [];
}

function snapshot({ evidence, reports }: PacketItem, { asOf, manifest }: ReviewPacket): EvidenceSnapshot {
  const score = (name: string): number | null =>
    evidence.kind === "pair" ? (evidence.scores.find((one) => one.name === name)?.value.value ?? null) : null;
  return {
    run: manifest.resultDigest,
    asOf,
    reports: reports.value ?? 0,
    ic025: score("ic025"),
    serious: evidence.serious.value,
    deaths: evidence.deaths.value,
    score: null,
    rules: evidence.kind === "pair" ? evidence.rules.map(({ name }) => name) : [],
    alerts: evidence.kind === "pair" ? evidence.clusters.map(({ id }) => id) : [evidence.id],
  };
}
