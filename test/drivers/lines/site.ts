// A gateway with lines for tests: its driver, what it starts, and the guests that stand in for its VMs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lines } from '../../../runtime/drivers/lines/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import { fieldSocketOf } from '../../../runtime/host/field-sockets.ts';
import type { Host, StartedProgram } from '../../../runtime/host/host.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { LineFigures, LineLogEntry } from '../../../runtime/model/line-figures.ts';
import { Master } from './master.ts';

export type LineStatus = LineFigures & { readonly log: readonly LineLogEntry[] };

export class Site {
  readonly folder: string;
  readonly host: Host;
  /** Processes of lines in the order of their starts. */
  readonly programs: StartedProgram[] = [];
  /** Whoever starts the next process waits for it. */
  gate: Promise<void> = Promise.resolve();
  readonly #masters: Master[] = [];
  readonly #handles: Handle<'line'>[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.host = {
      ...localHost,
      cables: createCables(),
      start: async argv => {
        await this.gate;
        const program = await localHost.start(argv);
        this.programs.push(program);
        return program;
      },
    };
  }

  /** A connection of the driver. @param settings  of its agent's start */
  async connect(settings = {}): Promise<Handle<'line'>> {
    const connected = await lines.drivers[0]?.connect({
      ...{ host: this.host, gateway: { name: 'cell-7', backend: 'embedded' }, stateDirectory: this.folder },
      ...{ now: Date.now, settings },
    });
    if (connected === undefined) throw new Error('there is no driver of lines');
    this.#handles.push(connected.handle);
    return connected.handle;
  }

  socketOf(vm: string): string {
    return fieldSocketOf(this.folder, 'cell-7', `vm.cell-7/${vm}`);
  }

  /** The guest of a VM, switched on. */
  async master(vm: string): Promise<Master> {
    const master = new Master(this.socketOf(vm));
    this.#masters.push(master);
    return master.on();
  }

  async close(): Promise<void> {
    for (const handle of this.#handles.splice(0)) await handle.close();
    for (const master of this.#masters.splice(0)) await master.off();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function openSite(): Promise<Site> {
  return new Site(await mkdtemp(join(tmpdir(), 'gw-lines-')));
}

/** What is observed of a line. */
export async function statusOf(handle: Handle<'line'>, address: Address<'line'> = 'line.cell-7/meters') {
  return (await handle.observe()).find(seen => seen.address === address)?.status as unknown as LineStatus;
}

/** Resolves when a line is open. */
export async function opened(handle: Handle<'line'>, address?: Address<'line'>): Promise<LineStatus> {
  for (;;) {
    const status = await statusOf(handle, address); // bounded by the test's time
    if (status?.state === 'open') return status;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
