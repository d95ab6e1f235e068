// Boots that a gate allows, foretold when the gate was drawn and kept: what lies in the image store later allows nothing. While a change
// is made the boot before it counts too, until the one after it was proven.
import { z } from 'zod';
import { BANK, bootId, shows } from '../../attest/gate-policy.ts';
import { Policy } from '../../attest/policy.ts';
import { type Prediction, predictDirectBoot, predictUnifiedBoot } from '../../attest/predict/boot.ts';
import type { Claim } from '../../attest/standing.ts';
import type { Host } from '../../host/host.ts';
import { findKernelFiles, readKernelFiles } from '../../host/images/kernel-files.ts';
import { FALLBACK_PROGRAM, readUnifiedImage } from '../../host/images/unified-image.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import { COMPONENTS } from '../../model/boot-component.ts';
import { commandLineOf } from '../../model/boot-line.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { GateSpec } from '../../model/kinds/gate.ts';

const Event = z.strictObject({
  pcr: z.int().min(0).max(23),
  component: z.enum(COMPONENTS),
  digest: z.string().transform(hex => Buffer.from(hex, 'hex')),
});
const Boot = z.strictObject({ events: z.array(Event).max(100), image: Policy.shape.images.unwrap().element });
const File = z.strictObject({ version: z.literal(1), drawn: z.array(Boot).max(20), before: z.array(Boot).max(20) });

interface Kept {
  /** As the drawing is now. */
  readonly drawn: readonly Prediction[];
  /** Allowed until one of those was proven. */
  readonly before: readonly Prediction[];
}

export class Boots {
  readonly #host: Host;
  readonly #folder: string;
  readonly #images: string;

  /** @param folder  for files @param images  folder of the image store */
  constructor(host: Host, folder: string, images: string) {
    this.#host = host;
    this.#folder = folder;
    this.#images = images;
  }

  /**
   * Allows what a gate is drawn to allow now, besides what it allowed so far.
   * @param was  its address so far
   * @throws GatewrightError GW_IMAGE_UNUSABLE, GW_ATTEST_IMAGE, GW_HOST_PROGRAM_MISSING
   */
  async draw(gate: Address<'gate'>, spec: GateSpec, was: Address<'gate'> = gate): Promise<void> {
    const kept = await this.#read(was);
    const drawn = await this.#foretell(gate, spec);
    const ids = new Set(drawn.map(bootId));
    const before = [...kept.drawn, ...kept.before].filter(boot => !ids.has(bootId(boot)));
    if (drawn.length > 0) await this.#write(gate, { drawn, before: before.slice(0, 20) });
    else await this.forget(gate);
  }

  /** All that are allowed; empty when the gate foretells none. */
  async allowed(gate: Address<'gate'>): Promise<readonly Prediction[]> {
    const { drawn, before } = await this.#read(gate);
    return [...drawn, ...before];
  }

  /** Once a drawn boot was proven, the ones before it count no more. @param claim  that was trusted */
  async proven(gate: Address<'gate'>, claim: Claim): Promise<void> {
    const { drawn, before } = await this.#read(gate);
    if (before.length > 0 && drawn.some(boot => shows(claim, boot))) await this.#write(gate, { drawn, before: [] });
  }

  forget(gate: Address<'gate'>): Promise<void> {
    return this.#host.remove(this.#path(gate));
  }

  async #foretell(gate: Address<'gate'>, spec: GateSpec): Promise<readonly Prediction[]> {
    const { subject, images } = spec;
    if (!foretells(spec) || subject.of !== 'vm') return [];
    const { image, kernelArguments, memoryMiB, firmware = 'bios' } = subject.boot;
    const commandLine = commandLineOf(kernelArguments);
    const foretold: Prediction[] = [];
    // One after the other: an image may have hundreds of MiB.
    for (const name of [image, ...images])
      switch (firmware) {
        case 'uefi': {
          const files = await readKernelFiles(this.#images, name);
          foretold.push(predictDirectBoot({ name, ...files, commandLine, memoryMiB }, BANK));
          break;
        }
        case 'uefi-secure':
          foretold.push(await this.#foretellSigned(name, commandLine, `${this.#path(gate)}.efi`));
          break;
        default:
          throw new GatewrightError(
            'GW_ATTEST_IMAGE',
            `what ${subject.vm} measures with ${firmware} cannot be foretold; draw it with uefi, or let the gate learn it`,
          );
      }
    return foretold;
  }

  /** A signature is no part of what is measured, so nobody's key is needed for it. @param scratch  path of a file for a while */
  async #foretellSigned(name: string, commandLine: string, scratch: string): Promise<Prediction> {
    const files = await findKernelFiles(this.#images, name);
    const file = await readUnifiedImage(this.#host, scratch, { ...files, commandLine });
    return predictUnifiedBoot({ name, file, path: FALLBACK_PROGRAM.replaceAll('/', '\\') }, BANK);
  }

  async #read(gate: Address<'gate'>): Promise<Kept> {
    const text = await this.#host.readFile(this.#path(gate));
    // What cannot be read allows nothing, so the gate closes and says so.
    return text === undefined ? { drawn: [], before: [] } : File.parse(JSON.parse(text));
  }

  #write(gate: Address<'gate'>, { drawn, before }: Kept): Promise<void> {
    const plain = (boots: readonly Prediction[]) =>
      boots.map(({ events, image }) => ({
        events: events.map(event => ({ ...event, digest: event.digest.toString('hex') })),
        image,
      }));
    const file = { version: 1, drawn: plain(drawn), before: plain(before) };
    return this.#host.writeFile(this.#path(gate), `${JSON.stringify(file)}\n`);
  }

  #path(gate: Address<'gate'>): string {
    return `${this.#folder}/${parseAddress(gate)?.name}.json`;
  }
}

/** Whether a gate judges by boots that were foretold; what the box itself boots is not drawn. */
export function foretells({ foretold, subject }: GateSpec): boolean {
  return foretold && subject.of === 'vm';
}
