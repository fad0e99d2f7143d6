// Random maxima `from` to `to - 1` of a scan, for the thread that asks.
import { parentPort } from "node:worker_threads";
import { simulateScanMaxima } from "../dist/index.js";

parentPort.on("message", ({ plan, from, to }) => parentPort.postMessage(simulateScanMaxima(plan, from, to)));
parentPort.postMessage("ready");
