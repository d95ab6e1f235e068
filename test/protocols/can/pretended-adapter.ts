// A CAN adapter at a serial port, played by a test: a pseudo terminal that speaks the serial line protocol.
import { SlcanAdapter } from '../../../runtime/protocols/can/slcan/adapter.ts';
import { type TestDevice, testDevice } from '../serial/device.ts';
import { lineOf } from './bus-world.ts';

const LOOK_EVERY_MS = 1;

export interface PretendedAdapter {
  readonly path: string;
  /** Identifiers of frames that it was given for the bus. */
  readonly ids: readonly number[];
  /** The same frames, each as a line of the protocol. */
  readonly lines: readonly string[];
  readonly bitRate: number | undefined;
  /** What another station of the bus says. */
  hears(...frames: readonly Uint8Array[]): void;
  /** Bytes as they are. */
  types(text: string): void;
  unplug(): Promise<void>;
  plug(): Promise<void>;
  close(): Promise<void>;
}

export async function pretendedAdapter(): Promise<PretendedAdapter> {
  const device: TestDevice = await testDevice('/dev/shm');
  const ids: number[] = [];
  const lines: string[] = [];
  let adapter: SlcanAdapter;
  let read = 0;
  const begin = () => {
    read = 0;
    adapter = new SlcanAdapter({
      frame: frame => {
        ids.push(Buffer.from(frame).readUInt32LE(0));
        lines.push(lineOf(frame).toString().trimEnd());
      },
      answer: bytes => device.say(bytes),
      ...{ malformed: () => {}, refused: () => {} },
    });
  };
  begin();
  const timer = setInterval(() => {
    const { heard } = device;
    adapter.take(heard.subarray(read));
    read = heard.length;
  }, LOOK_EVERY_MS);
  return {
    path: device.path,
    ids,
    lines,
    get bitRate() {
      return adapter.bitRate;
    },
    hears(...frames) {
      if (adapter.state === 'open') device.say(Buffer.concat(frames.map(lineOf)));
    },
    types: text => device.say(Buffer.from(text)),
    unplug: () => device.unplug(),
    async plug() {
      await device.plug();
      begin();
    },
    async close() {
      clearInterval(timer);
      await device.close();
    },
  };
}
