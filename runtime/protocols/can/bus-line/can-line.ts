// A CAN bus that several VMs share: one lane with a thread of its own, in which frames go from end to end as the firewalls say.
// What is here sets the lane up, and looks at it.
import type { Host } from '../../../host/host.ts';
import { LaneEngine } from '../../../lanes/engine/lane-engine.ts';
import type { LaneSetup, PortSetup } from '../../../lanes/engine/setup.ts';
import type { Address } from '../../../model/address.ts';
import { GatewrightError } from '../../../model/errors.ts';
import type { LineMessages, LinePort } from '../../../model/kinds/line.ts';
import type { EndFigures, LineFigures } from '../../../model/line-figures.ts';
import type { LineEnd } from '../../../model/line-frame.ts';
import type { FieldLine, LineWorld } from '../../field-line.ts';
import { refuseMessage } from '../../message-right.ts';
import { FD_BYTES, frameProblem } from '../frame.ts';
import type { CanOptions } from '../protocol.ts';
import { GuestFigures } from '../slcan/guest-figures.ts';
import type { GuestPortOptions } from '../slcan/guest-port.ts';
import { AdapterDevice } from './adapter-device.ts';
import type { BusDevice } from './bus-device.ts';
import { BusEars, LOGGED_PER_SECOND } from './bus-ears.ts';
import { endFigures } from './bus-figures.ts';
import { busGraph, NODE, type Station } from './bus-graph.ts';
import { InterfaceDevice } from './interface-device.ts';
import { MOST_FIREWALLS, MOST_STATIONS, Numbers, stationsOf } from './stations.ts';

/** Frames that may wait at an end for the lane, and for those who listen. */
const WAITING = 512;
const TAPPED = 256;
/** Device and messages. */
const OTHER_ENDS = 2;
/** Of an end its queue and what leaves there, of a firewall two logs; of all ends what is heard and denied; and for copies. */
const MOST_FRAMES = (OTHER_ENDS + MOST_STATIONS) * (WAITING + TAPPED) + MOST_FIREWALLS * 2 * TAPPED + 2 * TAPPED + 512;
/** While it goes over, a lane holds what was and what will be. Memory is taken by what is used only. */
const SIZES = { slots: 2 * MOST_FRAMES, waiting: WAITING, tapped: TAPPED };
/** Of ends, in the heads of their frames. */
const NUMBER = { device: 0, messages: 1, firstVm: 2 } as const;
const GUEST_PORT = new URL('../slcan/guest-port.ts', import.meta.url).href;
const INTERFACE_PORT = new URL('../socketcan/interface-port.ts', import.meta.url).href;

interface Drawn {
  readonly stations: readonly Station[];
  /** The port of the device, when it has one that is open. */
  readonly device: PortSetup | undefined;
}

export class CanLine implements FieldLine {
  readonly #options: CanOptions;
  readonly #world: LineWorld;
  readonly #engine = new LaneEngine(SIZES);
  readonly #ears: BusEars;
  readonly #filterNumbers = new Numbers(0x100);
  readonly #vmNumbers = new Numbers(0x1000);
  readonly #guests = new Map<Address<'vm'>, GuestFigures>();
  readonly #device: BusDevice | undefined;
  #drawn: Drawn = { stations: [], device: undefined };
  #deploying: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(options: CanOptions, world: LineWorld, host: Host) {
    this.#options = options;
    this.#world = world;
    this.#ears = new BusEars(this.#engine, world);
    this.#device = this.#makeDevice(host);
  }

  /** Starts the lane; the device is opened as soon as it is there. */
  static async open(options: CanOptions, world: LineWorld, host: Host): Promise<CanLine> {
    const line = new CanLine(options, world, host);
    try {
      await line.#deploy({});
    } catch (error) {
      await line.close();
      throw error;
    }
    line.#device?.start();
    return line;
  }

  async change(ports: readonly LinePort[]): Promise<void> {
    await this.#deploy({ stations: stationsOf(ports, this.#filterNumbers) });
  }

  async ask(request: Uint8Array, may: Exclude<LineMessages, 'none'>): Promise<Uint8Array> {
    refuseMessage(may, 'write');
    const problem =
      frameProblem(request) ?? (this.#isTooNew(request) ? 'this bus is set to classic frames' : undefined);
    if (problem !== undefined) throw new GatewrightError('GW_CAN_FRAME', `${problem}; nothing was sent`);
    if (this.#engine.injector(NODE.entry('messages'), 'can', 0, NUMBER.messages).put(request)) return new Uint8Array(0);
    throw new GatewrightError('GW_CAN_FULL', `${WAITING} frames of messages wait for this bus; send less often`);
  }

  figures(): LineFigures {
    const why = this.#device?.why;
    return {
      state: this.#state(),
      ...(why === undefined ? {} : { why }),
      ends: [
        ...(this.#device === undefined ? [] : [this.#deviceFigures(this.#device)]),
        ...this.#drawn.stations.map(station => this.#stationFigures(station)),
        endFigures(this.#engine, 'messages', undefined, { malformed: 0, dropped: 0 }),
      ],
      more: {
        crashes: this.#engine.crashes,
        refusedCommands: Object.fromEntries([...this.#guests].map(([vm, { refused }]) => [vm, refused])),
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#deploying;
    this.#ears.drain();
    await this.#engine.close();
    await this.#device?.close();
  }

  #state(): string {
    if (this.#isClosed) return 'closed';
    const { state } = this.#device ?? { state: 'open' };
    return state === 'idle' ? 'opening' : state;
  }

  #isTooNew(frame: Uint8Array): boolean {
    return frame.length === FD_BYTES && !this.#options.fd;
  }

  #makeDevice(host: Host): BusDevice | undefined {
    const { adapter, interface: name } = this.#options;
    if (adapter === 'none') return undefined;
    const node = NODE.entry('device');
    const sends = [NODE.exit('device')];
    if (adapter === 'socketcan') {
      const receives = { node, frameClass: 'can', tenant: 0, port: NUMBER.device } as const;
      const port: PortSetup = { id: 'device', module: INTERFACE_PORT, options: { interface: name }, receives, sends };
      return new InterfaceDevice(host, name, port, plugged => this.#deploy({ device: plugged }));
    }
    const put = (frame: Uint8Array) => void this.#engine.injector(node, 'can', 0, NUMBER.device).put(frame);
    const device = new AdapterDevice(this.#options, put);
    this.#drawn = { ...this.#drawn, device: device.port('device', NODE.exit('device')) };
    return device;
  }

  /** One after the other; nothing has changed when it rejects. */
  #deploy(change: Partial<Drawn>): Promise<void> {
    const done = this.#deploying.then(async () => {
      // A lane that is closed has no ports any more.
      if (this.#isClosed) return;
      const drawn = { ...this.#drawn, ...change };
      const numbers = this.#vmNumbers.assign(drawn.stations.map(({ vm }) => vm));
      await this.#engine.deploy(this.#setup(drawn, numbers));
      this.#drawn = drawn;
      this.#settle(numbers);
    });
    this.#deploying = done.catch(() => {});
    return done;
  }

  #setup({ stations, device }: Drawn, numbers: ReadonlyMap<string, number>): LaneSetup {
    const logs = stations.flatMap(({ filters }) => filters.map(({ log }) => log));
    return {
      graph: busGraph(stations, this.#device !== undefined),
      ports: [
        ...stations.map(({ vm }) => this.#guestPort(vm, numbers.get(vm) ?? 0)),
        ...(device === undefined ? [] : [device]),
      ],
      tapRates: Object.fromEntries(logs.map(log => [log, LOGGED_PER_SECOND])),
    };
  }

  #guestPort(vm: Address<'vm'>, number: number): PortSetup {
    const { fd, places } = this.#options;
    const figures = this.#guests.get(vm) ?? new GuestFigures();
    this.#guests.set(vm, figures);
    const options: GuestPortOptions = { path: this.#world.socketOf(vm), fd, places, figures: figures.shared };
    return {
      ...{ id: `guest ${vm}`, module: GUEST_PORT, options, sends: [NODE.exit(vm)] },
      receives: { node: NODE.entry(vm), frameClass: 'can', tenant: 0, port: NUMBER.firstVm + number },
    };
  }

  /** The lane runs with other stations now. */
  #settle(numbers: ReadonlyMap<string, number>): void {
    const { stations } = this.#drawn;
    for (const vm of this.#guests.keys()) if (!numbers.has(vm)) this.#guests.delete(vm);
    const vms = stations.map(({ vm }): [number, LineEnd] => [NUMBER.firstVm + (numbers.get(vm) ?? 0), vm]);
    const ends = new Map<number, LineEnd>([[NUMBER.device, 'device'], [NUMBER.messages, 'messages'], ...vms]);
    this.#ears.follow({ stations, hasDevice: this.#device !== undefined, ends });
  }

  #deviceFigures(device: BusDevice): EndFigures {
    const { malformed, dropped, state } = device;
    return endFigures(this.#engine, 'device', undefined, { plugged: state === 'open', malformed, dropped });
  }

  #stationFigures(station: Station): EndFigures {
    const { plugged, malformed } = this.#guests.get(station.vm) ?? new GuestFigures();
    return endFigures(this.#engine, station.vm, station, { plugged, malformed, dropped: 0 });
  }
}
