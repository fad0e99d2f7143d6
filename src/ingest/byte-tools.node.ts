import { isUtf8 } from "node:buffer";
import type { ByteTools } from "./byte-layout.ts";
import { RecordBlock } from "./csv.node.ts";

/** What reading byte by byte needs from Node. */
export const nodeTools: ByteTools = { records: (delimiter) => new RecordBlock(delimiter), isUtf8 };
