import {
  addDense,
  addMapped,
  addStream,
  answerTask,
  countClaims,
  packBlock,
  scatterChunk,
  takeDense,
  takeShort,
  takeTouched,
  takeWord,
} from "./pair-store-kernel.ts";

/**
 * The code of a counting worker as text, so that a thread can be started from source, from the build and from a bundle alike,
 * without a file to find. `listen` gives the code that
 * passes messages to the function of the given name.
 */
export function workerText(listen: (answer: string) => string): string {
  const functions = [
    scatterChunk,
    countClaims,
    packBlock,
    addDense,
    addStream,
    addMapped,
    takeDense,
    takeTouched,
    takeShort,
    takeWord,
    answerTask,
  ];
  return `"use strict";\n${functions.map(String).join("\n")}\n${listen(answerTask.name)}`;
}
