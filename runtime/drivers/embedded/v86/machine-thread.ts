// The thread of one emulated PC: v86 computes here, so that it never holds up whoever owns the guest. Bytes and frames in and
// out; knows nothing of VMs, images or gateways.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { V86, type V86Options } from 'v86';

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
}

/** Number of a serial port: 0 = ttyS0. */
export type SerialPort = 0 | 1 | 2;

export type ToMachine =
  | { readonly do: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly do: 'serial'; readonly port: SerialPort; readonly bytes: Uint8Array }
  | { readonly do: 'pause' | 'resume' | 'save' };
export type FromMachine =
  | { readonly is: 'started' | 'paused' | 'resumed' }
  | { readonly is: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly is: 'serial'; readonly port: SerialPort; readonly bytes: Uint8Array }
  | { readonly is: 'saved'; readonly snapshot: Uint8Array };

const MIB = 1024 * 1024;
const SERIAL_PORTS: readonly SerialPort[] = [0, 1, 2];

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

if (parentPort !== null) {
  const port = parentPort;
  const tell = (message: FromMachine) => port.postMessage(message);
  const emulator = new V86(optionsOf(workerData as MachineBoot));
  // The typings keep silent about the bus; it is how frames and bytes get in.
  const { bus } = emulator as unknown as { readonly bus: { send(event: string, value: unknown): void } };
  const heardFrame = gather<Uint8Array>(frames => tell({ is: 'frames', frames }));
  // WHY a copy: the card goes on to use the memory of its frame.
  emulator.add_listener('net0-send', (frame: Uint8Array) => heardFrame(frame.slice()));
  for (const serial of SERIAL_PORTS) {
    const heard = gather<number>(bytes => tell({ is: 'serial', port: serial, bytes: Uint8Array.from(bytes) }));
    emulator.add_listener(`serial${serial}-output-byte`, heard);
  }
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
  emulator.add_listener('emulator-started', () => tell({ is: 'started' }));
  port.on('message', (message: ToMachine) => void act(message));
}
