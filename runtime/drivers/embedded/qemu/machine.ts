// One running QEMU and our ends of its wires: console, control line, monitor and cards. Its field line it serves itself, so that
// bytes of the field pass through nobody else. Knows nothing of specs and tags.
import type { Duplex } from 'node:stream';
import type { Host, Listening, StartedProgram } from '../../../host/host.ts';
import { GatewrightError } from '../../../model/errors.ts';
import { ControlLine } from '../control-line.ts';
import type { Pc, PcEnds } from '../hypervisor.ts';
import { fieldSocketIn } from '../sockets.ts';
import { commandLine, type QemuLine, type QemuPc } from './command-line.ts';
import { FrameReader, writeFrame } from './frame-stream.ts';
import { Qmp } from './qmp.ts';

/** How long QEMU may take from its start to its greeting. */
const GREET_WITHIN_MS = 30_000;

/** Lines of which we are the other end. */
const OUR_LINES = ['console', 'control'] as const satisfies readonly QemuLine[];
type OurLine = (typeof OUR_LINES)[number];

export interface QemuSpec extends Omit<QemuPc, 'nics' | 'linePaths' | 'monitorPath'> {
  readonly nics: readonly { readonly mac: string; readonly mtu: number }[];
}

/**
 * Starts a PC and waits until its monitor answers.
 * @param folder  for its sockets: short, as a socket's path is, and for this PC alone; whoever gave it removes it
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING, GW_HOST_IO, GW_HOST_COMMAND_FAILED with QEMU's own words, GW_HOST_TIMEOUT
 */
export async function startQemu(host: Host, folder: string, spec: QemuSpec, ends: PcEnds): Promise<QemuMachine> {
  const machine = new QemuMachine(host, folder, ends);
  try {
    await machine.start(spec);
    return machine;
  } catch (error) {
    await machine.end();
    throw error;
  }
}

export class QemuMachine implements Pc {
  readonly control = new ControlLine(bytes => this.#write('control', bytes));
  readonly #host: Host;
  readonly #folder: string;
  readonly #ends: PcEnds;
  readonly #listening: Listening[] = [];
  readonly #lines = new Map<OurLine, Duplex>();
  readonly #cards: Duplex[] = [];
  readonly #monitor = Promise.withResolvers<Qmp>();
  #program: StartedProgram | undefined;
  #qmp: Qmp | undefined;
  #paused = false;
  #gone = false;
  #after: Promise<void> | undefined;

  constructor(host: Host, folder: string, ends: PcEnds) {
    this.#host = host;
    this.#folder = folder;
    this.#ends = ends;
  }

  get running(): boolean {
    return this.#qmp !== undefined && !this.#paused && !this.#gone;
  }

  get ended(): boolean {
    return this.#gone;
  }

  async start({ nics, ...rest }: QemuSpec): Promise<void> {
    const path = (name: string) => `${this.#folder}/${name}`;
    const linePaths = { console: path('c'), field: fieldSocketIn(this.#folder), control: path('k') } as const;
    for (const line of OUR_LINES) await this.#wait(linePaths[line], stream => this.#wire(line, stream));
    await this.#wait(path('m'), stream => this.#monitor.resolve(new Qmp(stream, () => {})));
    const cards = nics.map((nic, card) => ({ ...nic, socketPath: path(`n${card}`) }));
    for (const [card, { socketPath }] of cards.entries())
      await this.#wait(socketPath, stream => this.#plug(card, stream));
    const program = await this.#host.start(commandLine({ ...rest, linePaths, monitorPath: path('m'), nics: cards }));
    this.#program = program;
    this.#after = program.ended.then(why => this.#afterEnd(why));
    const qmp = await Promise.race([this.#monitor.promise, silent(program), endedEarly(program)]);
    await qmp.open().catch(async (error: unknown) => {
      // A QEMU that cannot start closes its monitor first, and then says why.
      throw await Promise.race([endedEarly(program), silent(program)]).catch(why => why ?? error);
    });
    this.#qmp = qmp;
  }

  receive(frame: Uint8Array, card: number): void {
    const stream = this.#cards[card];
    if (stream !== undefined) writeFrame(stream, frame);
  }

  type(bytes: Uint8Array): void {
    this.#write('console', bytes);
  }

  async pause(): Promise<void> {
    await this.#execute('stop');
    this.#paused = true;
  }

  async resume(): Promise<void> {
    await this.#execute('cont');
    this.#paused = false;
  }

  async end(): Promise<void> {
    this.#program?.kill('SIGKILL');
    await this.#after;
    await this.#pullOut();
  }

  #write(line: OurLine, bytes: Uint8Array): void {
    if (!this.#gone) this.#lines.get(line)?.write(bytes);
  }

  async #execute(command: string): Promise<void> {
    if (this.#qmp === undefined)
      throw new GatewrightError('GW_HOST_UNEXPECTED', 'the VM has not started yet; try again');
    await this.#qmp.execute(command);
  }

  /** Each socket is for one connection, the one of our QEMU. */
  async #wait(path: string, connected: (stream: Duplex) => void): Promise<void> {
    let taken = false;
    const once = (stream: Duplex) => {
      if (taken) return void stream.destroy();
      taken = true;
      connected(stream);
    };
    this.#listening.push(await this.#host.listen(path, once));
  }

  #wire(line: OurLine, stream: Duplex): void {
    this.#lines.set(line, stream);
    const hear = {
      console: (bytes: Buffer) => this.#ends.console?.(bytes),
      control: (bytes: Buffer) => this.control.hear(bytes),
    }[line];
    stream.on('data', hear);
  }

  #plug(card: number, stream: Duplex): void {
    this.#cards[card] = stream;
    const reader = new FrameReader(frame => this.#ends.frame?.(frame, card));
    stream.on('data', (chunk: Buffer) => {
      try {
        reader.take(chunk);
      } catch {
        stream.destroy(); // no frames any more; a guest does not reach this, only a faulty QEMU
      }
    });
  }

  async #afterEnd(why: string): Promise<void> {
    this.#gone = true;
    this.control.cut(why);
    await this.#pullOut();
    this.#ends.ended?.(why);
  }

  async #pullOut(): Promise<void> {
    await Promise.all(this.#listening.splice(0).map(each => each.close()));
  }
}

function silent(program: StartedProgram): Promise<never> {
  return new Promise((_resolve, reject) => {
    const error = () =>
      new GatewrightError('GW_HOST_TIMEOUT', 'QEMU did not answer on its monitor; look whether it hangs');
    const timer = setTimeout(() => reject(error()), GREET_WITHIN_MS);
    timer.unref();
    void program.ended.then(() => clearTimeout(timer));
  });
}

async function endedEarly(program: StartedProgram): Promise<never> {
  throw new GatewrightError('GW_HOST_COMMAND_FAILED', await program.ended);
}
