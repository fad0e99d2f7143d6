import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Speaks with PostgreSQL over its socket (protocol 3.0, trusted user), as its drivers do: parameters are bound, rows come as they
 * are made, and reading slowly slows the server.
 */
export class PostgresConnection {
  readonly #socket: Socket;
  readonly #messages: AsyncGenerator<readonly Message[]>;

  constructor(path: string, user: string) {
    this.#socket = connect(path);
    this.#messages = messages(this.#socket);
    const named = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
    this.#socket.write(Buffer.concat([int32(8 + named.length), int32(0x30000), named]));
  }

  /** Must be called first: the server answers the greeting. */
  async ready(): Promise<void> {
    await this.#finish();
  }

  /** Runs statements without parameters. */
  async run(sql: string): Promise<void> {
    this.#send("Q", text(sql));
    await this.#finish();
  }

  /** Fills a table with tab-separated text. */
  async copy(table: string, pieces: Iterable<Uint8Array>): Promise<void> {
    this.#send("Q", text(`copy ${table} from stdin`));
    for (const piece of pieces) {
      if (!this.#send("d", Buffer.from(piece))) await new Promise((resolve) => this.#socket.once("drain", resolve));
    }
    this.#send("c");
    await this.#finish();
  }

  /** The rows of a statement as text, in the pieces in which they arrive. */
  async *query(sql: string, parameters: readonly (string | number)[]): AsyncGenerator<readonly string[][]> {
    const values = parameters.map((value) => Buffer.from(String(value)));
    this.#send("P", text(""), text(sql), int16(0));
    const bound = values.flatMap((value) => [int32(value.length), value]);
    this.#send("B", text(""), text(""), int16(0), int16(values.length), ...bound, int16(0));
    this.#send("E", text(""), int32(0));
    this.#send("S");
    for await (const batch of this.#until()) {
      const rows = batch.filter(({ type }) => type === "D").map(({ body }) => cells(body));
      if (rows.length > 0) yield rows;
    }
  }

  async *#until(): AsyncGenerator<readonly Message[]> {
    let problem: string | undefined;
    for (;;) {
      const next = await this.#messages.next();
      if (next.done === true) throw new Error("the server closed the connection");
      problem ??= next.value.find(({ type }) => type === "E")?.body.toString();
      if (problem === undefined) yield next.value;
      if (next.value.some(({ type }) => type === "Z")) break;
    }
    if (problem !== undefined) throw new Error(problem.replaceAll("\0", " "));
  }

  async #finish(): Promise<void> {
    const answer = this.#until();
    while ((await answer.next()).done !== true);
  }

  #send(type: string, ...parts: readonly Buffer[]): boolean {
    const body = Buffer.concat(parts);
    return this.#socket.write(Buffer.concat([Buffer.from(type), int32(body.length + 4), body]));
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function* messages(socket: Socket): AsyncGenerator<readonly Message[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const found: Message[] = [];
    let at = 0;
    while (at + 5 <= data.length) {
      const end = at + 1 + data.readInt32BE(at + 1);
      if (end > data.length) break;
      found.push({ type: String.fromCharCode(data[at]!), body: data.subarray(at + 5, end) });
      at = end;
    }
    rest = data.subarray(at);
    if (found.length > 0) yield found;
  }
}

/** The values of a row; an absent one is `undefined` and no text. */
function cells(body: Buffer): string[] {
  const out: string[] = [];
  for (let i = 0, at = 2; i < body.readInt16BE(0); i++) {
    const length = body.readInt32BE(at);
    out.push(length < 0 ? (undefined as unknown as string) : body.toString("utf8", at + 4, at + 4 + length));
    at += 4 + Math.max(length, 0);
  }
  return out;
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function int16(value: number): Buffer {
  const out = Buffer.alloc(2);
  out.writeUInt16BE(value);
  return out;
}

function int32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeInt32BE(value);
  return out;
}
