// What the agent of a gateway keeps about the machines that it attests, the box itself and its VMs: files in a folder each. Knows
// nothing of what is in them.
import { join } from 'node:path';
import { NAME_PATTERN } from '../model/address.ts';
import { listFolder, readText, removePath, replaceFile } from './local-files.ts';
import { NumberedFiles, type Room } from './numbered-files.ts';

/** A month of verdicts every ten minutes; evidence with the log of a busy firmware has about 60 KB. */
const ROOM: Room = { most: 4_500, mostBytes: 256 * 1024 * 1024 };

/** One text, replaced as a whole. */
export interface KeptText {
  /** `undefined` when there is none. @throws GatewrightError GW_HOST_IO */
  read(): Promise<string | undefined>;
  /** @throws GatewrightError GW_HOST_IO */
  write(text: string): Promise<void>;
}

export interface AttestedMachine {
  /** Which key is enrolled. */
  readonly enrolment: KeptText;
  /** How that key stands. */
  readonly standing: KeptText;
  /** What it may run. */
  readonly learned: KeptText;
  /** That the box vouches for its TPM. */
  readonly binding: KeptText;
  /** Verdicts with their evidence. */
  readonly history: NumberedFiles;
  /** Forgets all of it. @throws GatewrightError GW_HOST_IO */
  remove(): Promise<void>;
}

/** `host` is the box itself, `vm.NAME` one of its VMs. */
function isMachine(name: string): boolean {
  return name === 'host' || (name.startsWith('vm.') && NAME_PATTERN.test(name.slice('vm.'.length)));
}

export class AttestationStore {
  readonly #folder: string;
  readonly #room: Room;
  /** One each, because appends to a history wait for each other. */
  readonly #machines = new Map<string, AttestedMachine>();

  /**
   * @param stateDirectory  of the gateway's agent, see `DriverWorld.sharedDirectory`
   * @param room            of the history of one machine
   */
  constructor(stateDirectory: string, room: Room = ROOM) {
    this.#folder = join(stateDirectory, 'attestation');
    this.#room = room;
  }

  /** Names of all machines of which anything is kept, sorted. @throws GatewrightError GW_HOST_IO */
  async list(): Promise<readonly string[]> {
    return (await listFolder(this.#folder)).filter(isMachine);
  }

  /** @param name  `host`, or `vm.` and the name of a VM @throws RangeError for another one */
  of(name: string): AttestedMachine {
    if (!isMachine(name)) throw new RangeError(`${name} is not the name of a machine; use host or vm.NAME`);
    const known = this.#machines.get(name);
    if (known !== undefined) return known;
    const machine = this.#open(join(this.#folder, name));
    this.#machines.set(name, machine);
    return machine;
  }

  #open(folder: string): AttestedMachine {
    const kept = (name: string): KeptText => ({
      read: () => readText(join(folder, name)),
      write: text => replaceFile(join(folder, name), text),
    });
    return {
      ...{ enrolment: kept('enrolment.json'), standing: kept('standing.json') },
      ...{ learned: kept('learned.json'), binding: kept('binding.json') },
      history: new NumberedFiles(join(folder, 'history'), this.#room),
      remove: () => removePath(folder),
    };
  }
}
