// The thread of one emulated PC: v86 computes here, so that it never holds up whoever owns the guest. Bytes and frames in and
// out; those of the field line at a socket of its own, past the owner. Knows nothing of VMs, images or gateways.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { V86, type V86Options } from 'v86';
import { messageOf } from '../../../model/errors.ts';
import { FieldPort } from './field-port.ts';

/** What a PC starts from. With a snapshot it goes on where that was taken; the rest must be as it was then. */
export interface MachineBoot {
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly commandLine: string;
  readonly memoryMiB: number;
  /** Compressed, as `saved` gave it. */
  readonly snapshot?: Uint8Array;
  /** Where to serve the field line; absent for a PC that nobody is to reach. */
  readonly fieldSocket?: string;
}

/** Number of a serial port whose other end is the owner of the thread: 0 = ttyS0. */
export type OurPort = 0 | 2;

export type ToMachine =
  | { readonly do: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly do: 'serial'; readonly port: OurPort; readonly bytes: Uint8Array }
  | { readonly do: 'pause' | 'resume' | 'save' };
export type FromMachine =
  | { readonly is: 'started' | 'paused' | 'resumed' }
  | { readonly is: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly is: 'serial'; readonly port: OurPort; readonly bytes: Uint8Array }
  | { readonly is: 'saved'; readonly snapshot: Uint8Array };

const MIB = 1024 * 1024;
const OUR_PORTS: readonly OurPort[] = [0, 2];
/** What the guest has not read yet; what comes beyond is lost, as in a UART that nobody reads. */
const MOST_UNREAD_BYTES = 16 * 1024;

function optionsOf(boot: MachineBoot): V86Options {
  const file = (bytes: Uint8Array) => ({ buffer: new Uint8Array(bytes).buffer });
  return {
    wasm_path: fileURLToPath(import.meta.resolve('v86/build/v86.wasm')),
    bios: file(boot.bios),
    vga_bios: file(boot.vgaBios),
    memory_size: boot.memoryMiB * MIB,
    vga_memory_size: 2 * MIB,
    autostart: true,
    disable_speaker: true,
    net_device: { type: 'ne2k' },
    uart1: true,
    uart2: true,
    ...(boot.snapshot === undefined
      ? { bzimage: file(boot.kernel), initrd: file(boot.initrd), cmdline: boot.commandLine }
      : { initial_state: file(zstdDecompressSync(boot.snapshot)) }),
  };
}

/** Collects what comes within one turn of the emulator and hands it on at once. */
function gather<T>(send: (items: T[]) => void): (item: T) => void {
  let waiting: T[] = [];
  return item => {
    waiting.push(item);
    if (waiting.length > 1) return;
    queueMicrotask(() => {
      const items = waiting;
      waiting = [];
      send(items);
    });
  };
}

/** What the typings keep silent about: how frames and bytes get in, and what a serial port still holds. */
interface Inside {
  readonly bus: { send(event: string, value: unknown): void };
  /** Absent until the PC is put together. */
  readonly v86?: { readonly cpu: { readonly devices: { readonly uart1?: { readonly input: readonly number[] } } } };
}

/** Serves the field line of a PC. Without its socket the PC works all the same, only nobody reaches its line. */
async function serveField(emulator: V86, socketPath: string): Promise<void> {
  const inside = emulator as unknown as Inside;
  const unread = () => inside.v86?.cpu.devices.uart1?.input.length ?? 0;
  const field = new FieldPort(bytes => {
    for (const byte of bytes.subarray(0, Math.max(0, MOST_UNREAD_BYTES - unread())))
      inside.bus.send('serial1-input', byte);
  });
  emulator.add_listener(
    'serial1-output-byte',
    gather<number>(bytes => field.say(Uint8Array.from(bytes))),
  );
  await field.open(socketPath).catch((error: unknown) => {
    process.emitWarning(`the field line of a VM is not served: ${messageOf(error)}`, 'GatewrightWarning');
  });
}

if (parentPort !== null) {
  const port = parentPort;
  const tell = (message: FromMachine) => port.postMessage(message);
  const { fieldSocket, ...boot } = workerData as MachineBoot;
  const emulator = new V86(optionsOf(boot));
  const { bus } = emulator as unknown as Inside;
  const heardFrame = gather<Uint8Array>(frames => tell({ is: 'frames', frames }));
  // WHY a copy: the card goes on to use the memory of its frame.
  emulator.add_listener('net0-send', (frame: Uint8Array) => heardFrame(frame.slice()));
  for (const serial of OUR_PORTS) {
    const heard = gather<number>(bytes => tell({ is: 'serial', port: serial, bytes: Uint8Array.from(bytes) }));
    emulator.add_listener(`serial${serial}-output-byte`, heard);
  }
  const reachable = fieldSocket === undefined ? Promise.resolve() : serveField(emulator, fieldSocket);
  const act = async (message: ToMachine): Promise<void> => {
    switch (message.do) {
      case 'frames':
        for (const frame of message.frames) bus.send('net0-receive', frame);
        return;
      case 'serial':
        for (const byte of message.bytes) bus.send(`serial${message.port}-input`, byte);
        return;
      case 'pause':
        await emulator.stop();
        return tell({ is: 'paused' });
      case 'resume':
        await emulator.run();
        return tell({ is: 'resumed' });
      case 'save':
        return tell({ is: 'saved', snapshot: zstdCompressSync(new Uint8Array(await emulator.save_state())) });
    }
  };
  emulator.add_listener('emulator-started', () => void reachable.then(() => tell({ is: 'started' })));
  port.on('message', (message: ToMachine) => void act(message));
}
