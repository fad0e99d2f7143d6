/** A smooth function with its gradient, written into `gradient`. Infinity or NaN means "not allowed here". */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  /** Evaluations of function and gradient. */
  readonly evaluations: number;
  readonly converged: boolean;
}

export interface MinimiseOptions {
  /** Every coordinate stays within ±`bound`. */
  readonly bound: number;
  /** Longest step in any coordinate. */
  readonly maxStep: number;
  /** Stop when no component of the gradient is larger. */
  readonly gradientTolerance: number;
  /** Stop when the next step promises to lower the value by less. */
  readonly decrement: number;
  readonly maxEvaluations: number;
}

/**
 * Quasi-Newton minimisation (BFGS) with backtracking, a limit on the step and a box around the origin: a coordinate that would
 * leave the box stays on its wall. Never throws; a point where the function is not finite is never accepted.
 *
 * @see Nocedal & Wright (2006), Numerical Optimization, algorithm 6.1 with the curvature test of § 6.1
 */
export function minimise(f: Objective, start: ArrayLike<number>, options: MinimiseOptions): Minimum {
  const { bound, maxStep, gradientTolerance, decrement, maxEvaluations } = options;
  const n = start.length;
  let x = Float64Array.from(start, (v) => Math.min(bound, Math.max(-bound, v)));
  let gradient = new Float64Array(n);
  let value = f(x, gradient);
  let evaluations = 1;
  let inverse = identity(n, 1);
  let fresh = true;
  while (evaluations < maxEvaluations) {
    if (largest(free(x, gradient, bound)) <= gradientTolerance)
      return { x, value, gradient, evaluations, converged: true };
    const g = free(x, gradient, bound);
    let direction = product(inverse, g, -1);
    let slope = dot(direction, g);
    if (!(slope < 0)) {
      inverse = identity(n, 1);
      fresh = true;
      direction = g.map((v) => -v);
      slope = dot(direction, g);
    }
    if (!fresh && -slope / 2 < decrement) return { x, value, gradient, evaluations, converged: true };
    let step = Math.min(1, maxStep / largest(direction));
    let accepted = false;
    const next = new Float64Array(n);
    const nextGradient = new Float64Array(n);
    for (let tries = 0; tries < 40 && evaluations < maxEvaluations; tries++) {
      for (let i = 0; i < n; i++) next[i] = Math.min(bound, Math.max(-bound, x[i]! + step * direction[i]!));
      const nextValue = f(next, nextGradient);
      evaluations++;
      if (nextValue <= value + 1e-4 * step * slope && nextGradient.every(Number.isFinite)) {
        const s = next.map((v, i) => v - x[i]!);
        const y = nextGradient.map((v, i) => v - gradient[i]!);
        update(inverse, s, y, fresh);
        fresh = false;
        x = next;
        gradient = nextGradient;
        accepted = nextValue < value || largest(s) > 0;
        value = nextValue;
        break;
      }
      step *= 0.3;
    }
    if (!accepted) {
      if (fresh) break;
      inverse = identity(n, 1);
      fresh = true;
    }
  }
  return { x, value, gradient, evaluations, converged: largest(free(x, gradient, bound)) <= gradientTolerance };
}

/** Gradient without the components that only push against a wall. */
const free = (x: Float64Array, gradient: Float64Array, bound: number): Float64Array =>
  gradient.map((g, i) => ((x[i]! >= bound && g < 0) || (x[i]! <= -bound && g > 0) ? 0 : g));

const identity = (n: number, scale: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? scale : 0));

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
const largest = (x: Float64Array): number => x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

function product(matrix: Float64Array, x: Float64Array, scale: number): Float64Array {
  const n = x.length;
  return x.map((_, i) => scale * x.reduce((sum, v, j) => sum + matrix[i * n + j]! * v, 0));
}

/** BFGS update of the inverse Hessian; left out where the curvature along the step is not positive. */
function update(inverse: Float64Array, s: Float64Array, y: Float64Array, fresh: boolean): void {
  const n = s.length;
  const sy = dot(s, y);
  const yy = dot(y, y);
  if (!(sy > 1e-10 * Math.sqrt(dot(s, s) * yy))) return;
  if (fresh) inverse.set(identity(n, sy / yy));
  const hy = product(inverse, y, 1);
  const yhy = dot(y, hy);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      inverse[i * n + j]! += ((1 + yhy / sy) * s[i]! * s[j]! - hy[i]! * s[j]! - s[i]! * hy[j]!) / sy;
    }
  }
}

/**
 * Eigenvalues of a small symmetric matrix (row by row), ascending, by Jacobi rotations.
 *
 * @see Golub & Van Loan, Matrix Computations, § 8.5
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): number[] {
  const a = matrix.slice();
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += Math.abs(a[p * n + q]!);
    if (off === 0) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        if (apq === 0) continue;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const akp = a[k * n + p]!;
          const akq = a[k * n + q]!;
          a[k * n + p] = c * akp - s * akq;
          a[k * n + q] = s * akp + c * akq;
        }
        for (let k = 0; k < n; k++) {
          const apk = a[p * n + k]!;
          const aqk = a[q * n + k]!;
          a[p * n + k] = c * apk - s * aqk;
          a[q * n + k] = s * apk + c * aqk;
        }
      }
    }
  }
  return Array.from({ length: n }, (_, i) => a[i * n + i]!).sort((x, y) => x - y);
}
