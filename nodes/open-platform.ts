// Makes the platform in a stock Node-RED: simulated and embedded gateways live in this process, Linux gateways behind their
// agent's socket. Our own server brings its own platform instead.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_DRIVER_SETS } from '../runtime/drivers/local-catalog.ts';
import { localHost } from '../runtime/host/local.ts';
import { createPlatform } from '../runtime/platform/create.ts';
import type { PlatformPort } from '../runtime/platform/platform-port.ts';
import { createRouter } from '../runtime/platform/router.ts';
import { NODE_TYPES } from './catalog.ts';
import type { RuntimeRed } from './runtime-api.ts';

/** @param version  of the pack, told to agents */
export function openPlatform(red: RuntimeRed, version: string): PlatformPort {
  // Where the command line has them too, so that `gatewright image fetch` is all there is to do.
  const home = process.env.GATEWRIGHT_HOME ?? join(homedir(), '.gatewright');
  return createPlatform({
    nodeTypes: NODE_TYPES,
    driverSets: LOCAL_DRIVER_SETS,
    settings: { imageDirectory: join(home, 'images'), snapshotDirectory: join(home, 'snapshots') },
    host: localHost,
    stateDirectory: `${red.settings.userDir ?? '.'}/gatewright`,
    version,
  });
}

/** Puts the platform's HTTP interface below `gatewright/` of the editor, behind the editor's own login. */
export function mountRouter(red: RuntimeRed, platform: PlatformPort): void {
  const router = createRouter(platform, {
    needs: permission => red.auth.needsPermission(permission),
    nodeTypes: NODE_TYPES,
    log: error => red.log.error(`gatewright: ${error instanceof Error ? error.message : String(error)}`),
  });
  red.httpAdmin.use('/gatewright', router);
}
