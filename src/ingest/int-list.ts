/** A list of integers that grows. */
export class IntList {
  data: Int32Array<ArrayBuffer>;
  length = 0;
  constructor(room: number) {
    this.data = new Int32Array(Math.max(room, 16));
  }
  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Int32Array(Math.ceil(this.length * 1.5));
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }
  /** The integers, without the room behind them where that is worth a copy. */
  taken(): Int32Array<ArrayBuffer> {
    return this.length * 1.1 < this.data.length ? this.data.slice(0, this.length) : this.data.subarray(0, this.length);
  }
}
