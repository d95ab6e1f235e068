// Records the card of a VM at its tap by tcpdump, one for each direction, as the format that they write does not tell it. They run beside
// us with no rights but to listen, and end with us: what they cannot hand over is dropped by the kernel, and counted.
import type { Readable } from 'node:stream';
import type { Host, StartedProgram } from '../../host/host.ts';
import { portDevice } from '../../host/linux/device-name.ts';
import { ownLink } from '../../host/linux/link-tag.ts';
import { listLinks } from '../../host/linux/links.ts';
import { PcapReader } from '../../lanes/recording/pcap/reader.ts';
import { PortTeller } from '../../lanes/recording/port-teller.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { HeardPortFrames, PortFrame, PortOrder } from '../../model/port-frame.ts';

/** How far the two may be apart. */
const SETTLE_MS = 50;
/** Between two looks at whether there is room again, and at what the kernel has dropped. */
const [ROOM_MS, DROPS_MS] = [50, 1_000];
/** Listening needs the first; tcpdump sets who it is even when that changes nothing. No program gets more. */
const LISTENER = ['setpriv', '--no-new-privs', '--bounding-set=-all,+net_raw,+setuid,+setgid', '--'] as const;
/**
 * What the kernel calls in came out of the VM. WHY not the filters `inbound` and `outbound`: with them libpcap 1.10 loses the first frame
 * [pcap-linux.c: blocks_to_filter_in_userland].
 */
const WAY = { 'from-vm': 'in', 'to-vm': 'out' } as const;
/** KiB of the kernel for each, while we are busy. */
const BUFFER_KIB = 4_096;

/** See `Handle.tapPort`. */
export async function recordPort(
  host: Host,
  port: Address<'port'>,
  { snaplen }: PortOrder,
  heard: HeardPortFrames,
  ended: () => void,
): Promise<() => void> {
  const device = portDevice(port);
  if (ownLink(await listLinks(host), device, 'tun', port) === undefined)
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `${port} is not there now; apply the drawing first`);
  const teller = new PortTeller({ snaplen, heard, settleMs: SETTLE_MS });
  const started = await Promise.allSettled(
    (['from-vm', 'to-vm'] as const).map(direction => startRecorder({ host, device, direction, snaplen, teller })),
  );
  const recorders = started.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
  let over = false;
  const stop = () => {
    if (over) return;
    over = true;
    for (const recorder of recorders) recorder.stop();
    teller.close();
  };
  const failed = started.find(each => each.status === 'rejected');
  if (failed !== undefined) {
    stop();
    throw failed.reason;
  }
  for (const recorder of recorders)
    void recorder.ended.then(() => {
      if (over) return;
      stop();
      ended();
    });
  return stop;
}

interface Order extends PortOrder {
  readonly host: Host;
  readonly device: string;
  readonly direction: PortFrame['direction'];
  readonly teller: PortTeller;
}

interface Recorder {
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** Resolves when it listens. @throws GatewrightError GW_CAPTURE_TOOL_MISSING, GW_HOST_* */
async function startRecorder({ host, device, direction, snaplen, teller }: Order): Promise<Recorder> {
  const listens = Promise.withResolvers<void>();
  const drops = new KernelDrops(frames => teller.lose(frames));
  let stopped = false;
  let unreadable = false;
  let program: StartedProgram | undefined;
  let asking: NodeJS.Timeout | undefined;
  const stop = () => {
    stopped = true;
    clearInterval(asking);
    program?.kill('SIGKILL');
  };
  const options = [
    '-Z',
    'root',
    '-p',
    '-U',
    '--immediate-mode',
    '-B',
    String(BUFFER_KIB),
    '-s',
    String(snaplen),
    '-w',
    '-',
  ];
  const argv = ['tcpdump', '-i', device, '-Q', WAY[direction], ...options];
  program = await host.start([...LISTENER, ...argv], {
    complained: text => drops.read(text),
    output: output =>
      read(output, teller, direction, {
        begun: listens.resolve,
        isOver: () => stopped,
        failed() {
          unreadable = true;
          stop();
        },
      }),
  });
  if (stopped) program.kill('SIGKILL');
  const { ended } = program;
  asking = setInterval(() => program?.kill('SIGUSR1'), DROPS_MS).unref();
  void ended.then(words => {
    clearInterval(asking);
    listens.reject(failure(device, words, unreadable));
  });
  await listens.promise;
  return { ended, stop };
}

interface Reading {
  readonly begun: () => void;
  readonly isOver: () => boolean;
  readonly failed: () => void;
}

/** Takes no more than there is room for: the rest waits in the pipe, and then in the kernel, which drops it. */
function read(output: Readable, teller: PortTeller, direction: PortFrame['direction'], reading: Reading): void {
  const reader = new PcapReader({
    cutOff: true,
    frame: ({ time, bytes, length = bytes.length }) => teller.hear(direction, bytes, length, time),
  });
  output.on('data', (chunk: Buffer) => {
    if (reading.isOver()) return;
    try {
      reader.take(chunk);
    } catch {
      reading.failed();
      return;
    }
    // Its head is there as soon as it listens.
    reading.begun();
    if (teller.full) waitForRoom(output, teller);
  });
}

function waitForRoom(output: Readable, teller: PortTeller): void {
  output.pause();
  setTimeout(() => {
    if (teller.full) waitForRoom(output, teller);
    else output.resume();
  }, ROOM_MS).unref();
}

/** Reads out of what tcpdump says, when it is asked, how much the kernel has dropped for want of room: at most, as it counts both ways. */
class KernelDrops {
  readonly #more: (frames: number) => void;
  #known = 0;
  #line = '';

  constructor(more: (frames: number) => void) {
    this.#more = more;
  }

  read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(-200);
    for (const line of lines) {
      const said = /(\d{1,15}) packets? dropped by kernel/.exec(line)?.[1];
      if (said === undefined || Number(said) <= this.#known) continue;
      this.#more(Number(said) - this.#known);
      this.#known = Number(said);
    }
  }
}

function failure(device: string, words: string, unreadable: boolean): GatewrightError {
  if (/failed to execute tcpdump: No such file/.test(words))
    return new GatewrightError(
      'GW_CAPTURE_TOOL_MISSING',
      'tcpdump is not there; install it on the gateway (apt-get install tcpdump)',
    );
  if (unreadable) return new GatewrightError('GW_HOST_UNEXPECTED', `tcpdump of ${device} writes no recording`);
  return new GatewrightError('GW_HOST_COMMAND_FAILED', `${device} cannot be recorded: ${words.slice(-500)}`);
}
