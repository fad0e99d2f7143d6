import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import type { ScanEcho } from "./scan-options.ts";

/**
 * Places and where they are: degrees of latitude and longitude (great-circle distances on a sphere of radius 6,367 km), x and y of
 * any unit, or the neighbours of each (distance is the number of steps; naming a neighbour on one side is enough). Ids are
 * distinct. A place without finite coordinates is left out and counted.
 */
export type ScanPlaces =
  | { readonly id: readonly string[]; readonly lat: ArrayLike<number>; readonly lon: ArrayLike<number> }
  | { readonly id: readonly string[]; readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }
  | { readonly id: readonly string[]; readonly neighbours: readonly (readonly string[])[] };

/** Distances between places by number. */
export interface Geography {
  /** Sorted. */
  readonly ids: readonly string[];
  readonly withoutCoordinates: ReadonlySet<string>;
  /** Distances from place `from` to all places; `Infinity` where none is known. */
  readonly distances: (from: number, shape: ZoneShape) => Float64Array;
}

/** An ellipse of a direction (radians from the x axis), or the circle, which has shape 1. Distances are longest semi-axes. */
export interface ZoneShape {
  readonly shape: number;
  readonly angle: number;
}

/**
 * Zones in growing order, row by row: a row is the places by distance from one centre. Every place at the same distance belongs to
 * the same zones.
 */
export interface ZoneRows {
  /** Row i is positions `starts[i]` to `starts[i + 1] - 1` of `members`, `distance` and `closes`. */
  readonly starts: Int32Array;
  readonly centre: Int32Array;
  /** Index into `shapes`. */
  readonly shapeOf: Int32Array;
  readonly members: Int32Array;
  readonly distance: Float64Array;
  /** 1 where the places up to this one make a zone. */
  readonly closes: Uint8Array;
  readonly shapes: readonly ZoneShape[];
}

const EARTH_RADIUS_KM = 6367;
/** Distances that should be equal differ by less, relative to their size. */
const TIE = 1e-10;

/** @throws PvError `LENGTH_MISMATCH`, `INVALID_ARGUMENT` (an id given twice, a latitude beyond 90°), `UNKNOWN_TERM` (neighbour) */
export function geographyOf(places: ScanPlaces): Geography {
  const columns: readonly ArrayLike<unknown>[] =
    "lat" in places ? [places.lat, places.lon] : "x" in places ? [places.x, places.y] : [places.neighbours];
  for (const column of columns) {
    if (column.length !== places.id.length) {
      throw new PvError(
        "LENGTH_MISMATCH",
        `places: expected columns of ${places.id.length} values, got ${column.length}`,
      );
    }
  }
  const rows = Array.from(places.id, (_, row) => row).sort((a, b) => compareText(places.id[a]!, places.id[b]!));
  for (let i = 1; i < rows.length; i++) {
    const id = places.id[rows[i]!]!;
    if (id === places.id[rows[i - 1]!])
      throw new PvError("INVALID_ARGUMENT", `places: ${JSON.stringify(id)} is given twice`);
  }
  if ("neighbours" in places) return graph(places.id, places.neighbours, rows);
  const [first, second] = "lat" in places ? [places.lat, places.lon] : [places.x, places.y];
  const isLocated = (row: number): boolean => Number.isFinite(first[row]) && Number.isFinite(second[row]);
  const located = rows.filter(isLocated);
  const withoutCoordinates = new Set(rows.filter((row) => !isLocated(row)).map((row) => places.id[row]!));
  const u = Float64Array.from(located, (row) => first[row]!);
  const v = Float64Array.from(located, (row) => second[row]!);
  const ids = located.map((row) => places.id[row]!);
  if (!("lat" in places))
    return { ids, withoutCoordinates, distances: (from, shape) => planeDistances(u, v, from, shape) };
  for (let i = 0; i < ids.length; i++) {
    if (Math.abs(u[i]!) > 90 || Math.abs(v[i]!) > 360) {
      throw new PvError(
        "INVALID_ARGUMENT",
        `places: ${ids[i]!} has latitude ${u[i]!}, longitude ${v[i]!}; expected degrees`,
      );
    }
  }
  return { ids, withoutCoordinates, distances: (from) => sphereDistances(u, v, from) };
}

function planeDistances(x: Float64Array, y: Float64Array, from: number, { shape, angle }: ZoneShape): Float64Array {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return x.map((_, i) => {
    const dx = x[i]! - x[from]!;
    const dy = y[i]! - y[from]!;
    if (shape === 1) return Math.sqrt(dx * dx + dy * dy);
    const along = dx * cos + dy * sin;
    const across = (dy * cos - dx * sin) * shape;
    return Math.sqrt(along * along + across * across);
  });
}

/** Haversine form: exact for neighbouring places, where the cosine of the distance says little. */
function sphereDistances(lat: Float64Array, lon: Float64Array, from: number): Float64Array {
  const radian = Math.PI / 180;
  return lat.map((_, i) => {
    const high = Math.sin(((lat[i]! - lat[from]!) * radian) / 2);
    const wide = Math.sin(((lon[i]! - lon[from]!) * radian) / 2);
    const h = high * high + Math.cos(lat[i]! * radian) * Math.cos(lat[from]! * radian) * wide * wide;
    return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
  });
}

function graph(id: readonly string[], neighbours: readonly (readonly string[])[], rows: readonly number[]): Geography {
  const ids = rows.map((row) => id[row]!);
  const numberOf = new Map(ids.map((name, i) => [name, i]));
  const linked = ids.map(() => new Set<number>());
  for (const [i, row] of rows.entries()) {
    for (const name of neighbours[row]!) {
      const j = numberOf.get(name);
      if (j === undefined) {
        throw new PvError("UNKNOWN_TERM", `places: ${JSON.stringify(name)}, a neighbour of ${ids[i]!}, is no place`);
      }
      linked[i]!.add(j);
      linked[j]!.add(i);
    }
  }
  const distances = (from: number): Float64Array => {
    const steps = new Float64Array(ids.length).fill(Infinity);
    steps[from] = 0;
    const queue = [from];
    for (const i of queue) {
      for (const j of linked[i]!) {
        if (steps[j] !== Infinity) continue;
        steps[j] = steps[i]! + 1;
        queue.push(j);
      }
    }
    return steps;
  };
  return { ids, withoutCoordinates: new Set(), distances };
}

/** Directions of an ellipse that are turned into each other by 180 degrees are one. */
export function zoneShapes(ellipses: ScanEcho["ellipses"]): ZoneShape[] {
  const circle = { shape: 1, angle: 0 };
  if (ellipses === null) return [circle];
  return [
    circle,
    ...ellipses.shapes.flatMap((shape, i) =>
      Array.from({ length: ellipses.angles[i]! }, (_, j) => ({ shape, angle: (Math.PI * j) / ellipses.angles[i]! })),
    ),
  ];
}

/** @param atRisk - what each place holds of that of which a zone may hold a share */
export function zoneRows(
  { ids, distances }: Geography,
  atRisk: Float64Array,
  limits: NonNullable<ScanEcho["zoneMax"]>,
  shapes: readonly ZoneShape[],
): ZoneRows {
  const most = atRisk.reduce((sum, x) => sum + x, 0) * limits.share * (1 + 1e-12);
  const radius = limits.radius ?? Infinity;
  const starts = [0];
  const centre: number[] = [];
  const shapeOf: number[] = [];
  const members: number[] = [];
  const distance: number[] = [];
  const closes: number[] = [];
  for (let from = 0; from < ids.length; from++) {
    for (const [s, shape] of shapes.entries()) {
      const away = distances(from, shape);
      const order = Int32Array.from(ids, (_, i) => i).sort((i, j) => away[i]! - away[j]! || i - j);
      let held = 0;
      for (let i = 0; i < order.length;) {
        let next = i;
        const reach = away[order[i]!]!;
        while (next < order.length && away[order[next]!]! <= reach * (1 + TIE)) held += atRisk[order[next++]!]!;
        if (reach === Infinity || reach > radius * (1 + TIE) || held > most) break;
        for (; i < next; i++) {
          members.push(order[i]!);
          distance.push(away[order[i]!]!);
          closes.push(i === next - 1 ? 1 : 0);
        }
      }
      starts.push(members.length);
      centre.push(from);
      shapeOf.push(s);
    }
  }
  return {
    starts: Int32Array.from(starts),
    centre: Int32Array.from(centre),
    shapeOf: Int32Array.from(shapeOf),
    members: Int32Array.from(members),
    distance: Float64Array.from(distance),
    closes: Uint8Array.from(closes),
    shapes,
  };
}

/** The one zone of an analysis without places. */
export function oneZone(): ZoneRows {
  return {
    starts: Int32Array.of(0, 1),
    centre: Int32Array.of(0),
    shapeOf: Int32Array.of(0),
    members: Int32Array.of(0),
    distance: Float64Array.of(0),
    closes: Uint8Array.of(1),
    shapes: [{ shape: 1, angle: 0 }],
  };
}
