/** A column of texts: `codes[i]` points into `values`, which are distinct and not empty, or is -1 for none. */
export interface BlockText {
  readonly codes: Int32Array<ArrayBuffer>;
  readonly values: string[];
}

/** A column of partial dates: first possible day since 1970-01-01 (`NO_DAY` for none), and 1 day, 2 month, 3 year, 0 none. */
export interface BlockDate {
  readonly day: Int32Array<ArrayBuffer>;
  readonly precision: Int32Array<ArrayBuffer>;
}

/**
 * Reports of one source as columns, as `Report` has them as fields: the way from large files to a table that makes no object a
 * report. Ids are all different. Enumerations hold index + 1 into their list, 0 is absent; a column the source does not have is
 * `undefined`. Who takes a block may keep its arrays.
 */
export interface ReportBlock {
  readonly source: string;
  readonly size: number;
  readonly id: string[];
  readonly recordId: BlockText | undefined;
  readonly version: Int32Array<ArrayBuffer>;
  readonly domain: Int32Array<ArrayBuffer>;
  readonly received: BlockDate | undefined;
  readonly event: BlockDate | undefined;
  readonly eventKey: BlockText | undefined;
  readonly unit: BlockText | undefined;
  readonly region: BlockText | undefined;
  readonly country: BlockText | undefined;
  readonly reporter: BlockText | undefined;
  readonly sex: Int32Array<ArrayBuffer> | undefined;
  /** NaN when absent. */
  readonly ageYears: Float64Array<ArrayBuffer> | undefined;
  readonly weightKg: Float64Array<ArrayBuffer> | undefined;
  /** Bit i for `SERIOUSNESS[i]`; -1 where nothing is known. */
  readonly serious: Int32Array<ArrayBuffer> | undefined;
  readonly narrative: BlockText | undefined;
  /** Products of report i are `productOffsets[i]` to `productOffsets[i + 1]`; events likewise, and lots of product j. */
  readonly productOffsets: Int32Array<ArrayBuffer>;
  readonly products: {
    readonly name: BlockText;
    readonly role: Int32Array<ArrayBuffer>;
    readonly ingredient: BlockText | undefined;
    readonly manufacturer: BlockText | undefined;
    readonly code: BlockText | undefined;
    readonly route: BlockText | undefined;
    readonly dose: BlockText | undefined;
    readonly indication: BlockText | undefined;
    readonly start: BlockDate | undefined;
    readonly end: BlockDate | undefined;
    /** 0 where the product has the domain of its report. */
    readonly domain: Int32Array<ArrayBuffer> | undefined;
  };
  readonly lotOffsets: Int32Array<ArrayBuffer>;
  readonly lots: BlockText;
  readonly eventOffsets: Int32Array<ArrayBuffer>;
  readonly events: {
    readonly term: BlockText;
    readonly code: BlockText | undefined;
    readonly onset: BlockDate | undefined;
    readonly outcome: Int32Array<ArrayBuffer> | undefined;
  };
}
