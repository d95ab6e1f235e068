// How the bench and a reader talk: a line with a number of frames comes in, a line goes out when so many more were read.
import { createInterface } from 'node:readline';

const LOOK_EVERY_MS = 20;

/** Says `ready`, then answers for as long as there is input. @param read  frames so far */
export function answerWhenRead(read: () => number): void {
  let expected = read();
  createInterface({ input: process.stdin }).on('line', line => {
    expected += Number(line);
    const timer = setInterval(() => {
      if (read() < expected) return;
      clearInterval(timer);
      process.stdout.write(`${line}\n`);
    }, LOOK_EVERY_MS);
  });
  process.stdout.write('ready\n');
}
