// Recordings and files of real plants and vehicles. They are not ours to hand on, so they lie beside a checkout and not in it; a
// test that wants one exists where they are. What it shows, another test shows with data of our own.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** A test about one of them. @param name  of the file, from the folder of recordings on */
export function itWithRecording(name: string, title: string, test: (path: string) => void): void {
  if (existsSync(`${FOLDER}${name}`)) it(title, () => test(`${FOLDER}${name}`));
}
