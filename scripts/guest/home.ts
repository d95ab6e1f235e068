// Where the images of this user are. Light, as `npm start` looks there every time.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The store in the home folder, as the composition roots name it. */
export function imagesOfHome(environment: NodeJS.ProcessEnv = process.env): string {
  return join(resolve(environment.GATEWRIGHT_HOME ?? join(homedir(), '.gatewright')), 'images');
}
