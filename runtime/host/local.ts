// The real operating system as a Host. Puts the parts together; knows nothing of what the programs and files are for.

import { createCables } from './cables.ts';
import type { Host } from './host.ts';
import {
  listFolder,
  readText,
  removePath,
  replaceFile,
  replaceLink,
  watchFolder,
  writeInPlace,
} from './local-files.ts';
import { connectSocket, listenOn, sendSignal } from './local-ipc.ts';
import { runProgram } from './local-run.ts';
import { startProgram } from './local-start.ts';
import { createUnderlay } from './underlay.ts';

/** This machine. Its only state are the cables and tunnel ends inside this process, so one is enough for a whole process. */
export const localHost: Host = {
  run: runProgram,
  start: startProgram,
  listen: listenOn,
  readFile: readText,
  writeFile: replaceFile,
  writeKernelFile: writeInPlace,
  link: replaceLink,
  remove: removePath,
  list: listFolder,
  connect: connectSocket,
  watchFolder,
  cables: createCables(),
  underlay: createUnderlay(),
  kill: sendSignal,
};
