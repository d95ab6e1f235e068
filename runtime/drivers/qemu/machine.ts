// One running QEMU and our ends of its wires: console, field line, monitor and cards. Knows nothing of specs and tags.
import type { Duplex } from 'node:stream';
import type { CableEnd } from '../../host/cables.ts';
import type { Host, Listening, StartedProgram } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';
import { commandLine, type QemuPc } from './command-line.ts';
import { FrameReader, writeFrame } from './frame-stream.ts';
import { Qmp } from './qmp.ts';

/** How long QEMU may take from its start to its greeting. */
const GREET_WITHIN_MS = 30_000;

export interface QemuNicSpec {
  readonly mac: string;
  readonly mtu: number;
  /** Name of the cable it is plugged into. */
  readonly cable: string;
}

export interface QemuSpec extends Omit<QemuPc, 'nics' | 'consolePath' | 'fieldPath' | 'monitorPath'> {
  readonly nics: readonly QemuNicSpec[];
}

export interface QemuEars {
  readonly console: (bytes: Uint8Array) => void;
  readonly field: (bytes: Uint8Array) => void;
  /** It has ended, whoever ended it: why, in words. */
  readonly ended: (why: string) => void;
}

/** Starts a PC and waits until its monitor answers. @param folder  for its sockets; of this machine alone, removed when it ends */
export async function startQemu(host: Host, folder: string, spec: QemuSpec, ears: QemuEars): Promise<QemuMachine> {
  const machine = new QemuMachine(host, folder, ears);
  try {
    await machine.start(spec);
    return machine;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}

export class QemuMachine {
  readonly #host: Host;
  readonly #folder: string;
  readonly #ears: QemuEars;
  readonly #listening: Listening[] = [];
  readonly #cables: CableEnd[] = [];
  readonly #monitor = Promise.withResolvers<Qmp>();
  #console: Duplex | undefined;
  #field: Duplex | undefined;
  #program: StartedProgram | undefined;
  #qmp: Qmp | undefined;
  #ended: Promise<void> | undefined;

  constructor(host: Host, folder: string, ears: QemuEars) {
    this.#host = host;
    this.#folder = folder;
    this.#ears = ears;
  }

  async start({ nics, ...rest }: QemuSpec): Promise<void> {
    const path = (name: string) => `${this.#folder}/${name}.sock`;
    await this.#wait(path('console'), stream => {
      this.#console = stream;
      stream.on('data', (bytes: Buffer) => this.#ears.console(bytes));
    });
    await this.#wait(path('field'), stream => {
      this.#field = stream;
      stream.on('data', (bytes: Buffer) => this.#ears.field(bytes));
    });
    await this.#wait(path('monitor'), stream => this.#monitor.resolve(new Qmp(stream, () => {})));
    const wired = [];
    for (const [index, { cable, ...nic }] of nics.entries()) {
      const socketPath = path(`net${index}`);
      await this.#plug(cable, socketPath);
      wired.push({ ...nic, socketPath });
    }
    const places = { consolePath: path('console'), fieldPath: path('field'), monitorPath: path('monitor') };
    const program = await this.#host.start(commandLine({ ...rest, ...places, nics: wired }));
    this.#program = program;
    this.#ended = program.ended.then(why => this.#afterEnd(why));
    this.#qmp = await Promise.race([this.#monitor.promise, silent(program), endedEarly(program)]);
    await this.#qmp.open().catch(async (error: unknown) => {
      // A QEMU that cannot start closes its monitor first, and then says why.
      throw await Promise.race([endedEarly(program), silent(program)]).catch(why => why ?? error);
    });
  }

  write(bytes: Uint8Array): void {
    this.#console?.write(bytes);
  }

  writeField(bytes: Uint8Array): void {
    this.#field?.write(bytes);
  }

  pause = () => this.#execute('stop');
  resume = () => this.#execute('cont');
  reset = () => this.#execute('system_reset');

  /** Pulls the plug; returns when it is gone with all that was its. */
  async stop(): Promise<void> {
    this.#program?.kill('SIGKILL');
    await this.#ended;
    await this.#pullOut();
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

  async #plug(cable: string, socketPath: string): Promise<void> {
    let stream: Duplex | undefined;
    const end = this.#host.cables.plug(cable, 'station', frame => {
      if (stream !== undefined) writeFrame(stream, frame);
    });
    this.#cables.push(end);
    await this.#wait(socketPath, connected => {
      stream = connected;
      const reader = new FrameReader(frame => end.send(frame));
      connected.on('data', (chunk: Buffer) => {
        try {
          reader.take(chunk);
        } catch {
          connected.destroy(); // no frames any more; a guest does not reach this, only a faulty QEMU
        }
      });
    });
  }

  async #afterEnd(why: string): Promise<void> {
    await this.#pullOut();
    this.#ears.ended(why);
  }

  async #pullOut(): Promise<void> {
    for (const end of this.#cables.splice(0)) end.unplug();
    await Promise.all(this.#listening.splice(0).map(each => each.close()));
    await this.#host.remove(this.#folder);
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
