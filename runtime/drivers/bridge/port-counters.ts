// What the kernel has counted at the taps of VMs: one file for all devices, read when somebody looks.
import type { Host } from '../../host/host.ts';
import { portDevice } from '../../host/linux/device-name.ts';
import type { Address } from '../../model/address.ts';
import type { PortFigures } from '../../model/port-figures.ts';

/** Of the network namespace of whoever reads it [proc_pid_net(5)]. */
const DEVICES = '/proc/net/dev';
/** Places of the counters behind a name: received packets and drops, sent packets and drops. */
const [RECEIVED, RECEIVED_DROPS, SENT, SENT_DROPS] = [1, 3, 9, 11] as const;

export class PortCounters {
  readonly #host: Pick<Host, 'readFile'>;
  readonly #find: () => Promise<Iterable<Address<'port'>>>;
  /** By device. */
  #known: Map<string, Address<'port'>> | undefined;

  /** @param find  all ports there are; asked once, when nobody said it before */
  constructor(host: Pick<Host, 'readFile'>, find: () => Promise<Iterable<Address<'port'>>>) {
    this.#host = host;
    this.#find = find;
  }

  /** These are there, and no others. */
  know(ports: Iterable<Address<'port'>>): void {
    this.#known = new Map([...ports].map(port => [portDevice(port), port]));
  }

  add(port: Address<'port'>): void {
    this.#known?.set(portDevice(port), port);
  }

  forget(port: Address<'port'>): void {
    this.#known?.delete(portDevice(port));
  }

  /** See `Handle.portFigures`. @throws GatewrightError GW_HOST_IO, and whatever looking for ports says */
  async read(): Promise<readonly PortFigures[]> {
    if (this.#known === undefined) this.know(await this.#find());
    const rows = ((await this.#host.readFile(DEVICES)) ?? '').split('\n');
    return rows.flatMap(row => this.#figures(row) ?? []);
  }

  /** What the tap receives is what the VM says. @returns `undefined` for what is no tap of ours, or no such row */
  #figures(row: string): PortFigures | undefined {
    const [, device, rest] = /^ *([^\s:]+):([ \d]+)$/.exec(row) ?? [];
    const port = this.#known?.get(device ?? '');
    if (port === undefined || rest === undefined) return undefined;
    const counted = rest.trim().split(/ +/).map(Number);
    const counters = [RECEIVED, RECEIVED_DROPS, SENT, SENT_DROPS].map(place => counted[place]);
    if (!counters.every(count => Number.isSafeInteger(count))) return undefined;
    const [said = 0, saidLost = 0, heard = 0, heardLost = 0] = counters;
    return { port, in: { frames: said, dropped: saidLost }, out: { frames: heard, dropped: heardLost } };
  }
}
