// A filter between two devices that runs in the kernel: what it accepts goes from the one to the other without coming up to us.
import { getSystemErrorName } from 'node:util';
import type { FilterProgram } from '../filter/ir.ts';
import type { BurstAddon, NativeSegment } from '../native/addon.ts';
import { BEHIND_RULES, kernelCode } from './kernel-code.ts';

export interface KernelSegmentOptions {
  readonly addon: BurstAddon;
  readonly program: FilterProgram;
  /** Names of the devices that frames come in by, at most 8, and of the one that they leave by. */
  readonly from: readonly string[];
  readonly to: string;
}

export interface KernelFigures {
  /** Frames that each rule decided, in order. */
  readonly rules: readonly number[];
  /** Frames that were dropped since no rule fitted, had a VLAN tag, or could not be read. */
  readonly otherwise: number;
  readonly tagged: number;
  readonly unreadable: number;
}

export class KernelSegment {
  readonly #addon: BurstAddon;
  readonly #segment: NativeSegment;
  readonly #counters: Float64Array;

  /**
   * Frames go by it from now on; those that are on their way meanwhile go as before.
   * @throws RangeError when the program cannot run in the kernel, see kernelProblem
   * @throws Error with the system's name of the error as its `code`: ENODEV for a device that is not there, EPERM without CAP_BPF
   *   and CAP_NET_ADMIN, EINVAL on Linux before 6.6
   */
  constructor({ addon, program, from, to }: KernelSegmentOptions) {
    const device = addon.deviceNumber(to);
    if (device === 0) throw failure(to, 'ENODEV');
    const { code, counters } = kernelCode(program, device);
    const opened = addon.openSegment(code, counters);
    if (typeof opened === 'number') throw failure('the filter', getSystemErrorName(opened));
    this.#addon = addon;
    this.#segment = opened;
    this.#counters = new Float64Array(counters);
    for (const name of from) {
      const result = addon.attachSegment(opened, name);
      if (result === 0) continue;
      this.close();
      throw failure(name, getSystemErrorName(result));
    }
  }

  /**
   * What the code answers to a frame that goes nowhere; it is counted.
   * @throws Error when the kernel does not try it: frames without a byte behind Ethernet, or of IP without a whole header
   */
  try(frame: Uint8Array): number {
    const answer = this.#addon.trySegment(this.#segment, frame);
    if (answer < 0) throw failure('a frame', getSystemErrorName(answer));
    return answer;
  }

  figures(): KernelFigures {
    const result = this.#addon.countSegment(this.#segment, this.#counters);
    if (result < 0) throw failure('the counters', getSystemErrorName(result));
    const rules = this.#counters.length - Object.keys(BEHIND_RULES).length;
    const behind = (which: keyof typeof BEHIND_RULES) => this.#counters[rules + BEHIND_RULES[which]] ?? 0;
    return {
      rules: [...this.#counters.subarray(0, rules)],
      otherwise: behind('otherwise'),
      tagged: behind('tagged'),
      unreadable: behind('unreadable'),
    };
  }

  /** Frames go as if it had never been. */
  close(): void {
    this.#addon.closeSegment(this.#segment);
  }
}

function failure(what: string, code: string): Error {
  return Object.assign(new Error(`${what} cannot be used by a segment in the kernel: ${code}`), { code });
}
