// An adapter at a serial line as the device of a bus. WHY in this thread: npm serialport ends the process when a thread of lanes
// opens a port. Its frames come and go through rings.
import { type Held, KeptOpen, type KeptState } from '../../../host/kept-open.ts';
import { type OpenSerialPort, openSerialPort, type SerialPortSettings } from '../../../host/serial-port.ts';
import { RingOutlet } from '../../../lanes/engine/ring-outlet.ts';
import type { PortSetup } from '../../../lanes/engine/setup.ts';
import { messageOf } from '../../../model/errors.ts';
import { FD_BYTES } from '../frame.ts';
import type { CanOptions } from '../protocol.ts';
import { SlcanController } from '../slcan/controller.ts';
import { MOST_LINE_BYTES } from '../slcan/line.ts';
import { type BusDevice, DEVICE_AGAIN } from './bus-device.ts';

/** Frames between the lane and this thread. */
const RING_PLACES = 512;
/** Adapters on USB take any speed. */
const SERIAL: Omit<SerialPortSettings, 'path'> = {
  ...{ baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1, flow: 'none' },
  ...{ direction: 'adapter', beforeMs: 0, afterMs: 0 },
};

interface Adapter extends Held {
  readonly controller: SlcanController;
  readonly serial: OpenSerialPort;
}

export class AdapterDevice implements BusDevice {
  dropped = 0;
  readonly #options: CanOptions;
  readonly #put: (frame: Uint8Array) => void;
  readonly #outlet: RingOutlet;
  readonly #kept: KeptOpen<Adapter>;
  #why: string | undefined;
  /** Of the adapters before. */
  #malformed = 0;

  /** @param put  puts a frame of the adapter onto the bus, which copies it */
  constructor(options: CanOptions, put: (frame: Uint8Array) => void) {
    this.#options = options;
    this.#put = put;
    this.#outlet = new RingOutlet(RING_PLACES, frame => this.#send(frame));
    const down = (why: unknown) => {
      this.#why = messageOf(why);
    };
    this.#kept = new KeptOpen(lost => this.#open(lost), DEVICE_AGAIN, {
      opened: () => {
        this.#why = undefined;
      },
      lost: down,
      failed: down,
    });
  }

  /** The port of the lane that leads here; it stays while the adapter comes and goes. */
  port(id: string, node: string): PortSetup {
    return this.#outlet.port(id, node);
  }

  get state(): KeptState {
    return this.#kept.state;
  }

  get why(): string | undefined {
    return this.#why;
  }

  get malformed(): number {
    return this.#malformed + (this.#kept.held?.controller.counters.malformed ?? 0);
  }

  start(): void {
    this.#kept.start();
  }

  /** Not before the lane is closed. */
  async close(): Promise<void> {
    await Promise.all([this.#kept.close(), this.#outlet.close()]);
  }

  async #open(lost: (why: unknown) => void): Promise<Adapter> {
    const { path, bitRate, listenOnly } = this.#options;
    const serial = await openSerialPort({ ...SERIAL, path }, lost);
    const controller = new SlcanController(
      { frame: this.#put, write: bytes => void serial.stream.write(bytes) },
      { bitRate: Number(bitRate), listenOnly },
    );
    serial.stream.on('data', (chunk: Uint8Array) => controller.take(chunk));
    const close = async () => {
      this.#malformed += controller.counters.malformed;
      await serial.close();
    };
    try {
      await controller.open();
    } catch (error) {
      await close();
      throw error;
    }
    return { controller, serial, close };
  }

  /** A bus waits for nobody: what the adapter does not take in time is dropped. */
  #send(frame: Uint8Array): void {
    const adapter = this.#kept.held;
    const isFull = (adapter?.serial.stream.writableLength ?? 0) > this.#options.places * (MOST_LINE_BYTES + 1);
    const isForIt = frame.length !== FD_BYTES || this.#options.fd;
    if (adapter === undefined || isFull || !isForIt || !adapter.controller.send(frame)) this.dropped += 1;
  }
}
