/** Nodes and weights of a quadrature rule on [low, high]. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Gauss–Legendre rule with n nodes, exact for polynomials up to degree 2n - 1. Nodes are the roots of the Legendre polynomial by
 * Newton's method.
 *
 * @param n - 1 and more
 * @see Press et al. (2007), Numerical Recipes, § 4.6
 * @example
 * gaussLegendre(2, -1, 1).nodes[1]; // 0.577350269190
 */
export function gaussLegendre(n: number, low: number, high: number): QuadratureRule {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  const half = (high - low) / 2;
  const middle = (high + low) / 2;
  for (let i = 0; i < Math.ceil(n / 2); i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let round = 0; round < 100; round++) {
      let before = 0;
      let value = 1;
      for (let k = 1; k <= n; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = (n * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    const weight = (2 / ((1 - x * x) * slope * slope)) * half;
    nodes[i] = middle - half * x;
    nodes[n - 1 - i] = middle + half * x;
    weights[i] = weight;
    weights[n - 1 - i] = weight;
  }
  return { nodes, weights };
}
