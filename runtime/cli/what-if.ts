// Holds a recording against the wires of lines: what is said in it goes through the rules then and now of every wire.
import type { RecordedFrame } from '../lanes/recording/recorded-frame.ts';
import { RuleComparison } from '../lanes/what-if/comparison.ts';
import type { ProtocolRecording, SpokenFrame, SpokenOptions, SpokenReader } from '../protocols/recording.ts';
import { RECORDINGS } from '../protocols/recordings.ts';
import type { JudgedWire } from './judged-wires.ts';
import { LinkCounts } from './link-counts.ts';

const MICROS = 1_000;

/** What is told of a frame whose fate changed. */
export interface SpokenNote {
  /** Unix time in ms, as the recording has it; with a fraction. */
  readonly atMs: number;
  readonly link: string;
  readonly between?: string;
  /** In words. */
  readonly says: string;
  /** In hex, in the form of the line's protocol. */
  readonly frame: string;
}

/** A wire and what was found on it. */
export interface WireVerdict {
  readonly wire: JudgedWire;
  readonly comparison: RuleComparison<SpokenNote>;
}

export interface WhatIfOptions extends SpokenOptions {
  /** Differences told one by one, of each wire. */
  readonly show: number;
}

export class WhatIf {
  readonly verdicts: readonly WireVerdict[];
  readonly #readers: readonly SpokenReader[];
  readonly #links = new LinkCounts();
  #spoken = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor(wires: readonly JudgedWire[], { show, port }: WhatIfOptions) {
    this.verdicts = wires.map(wire => ({
      wire,
      comparison: new RuleComparison<SpokenNote>(wire.before, wire.after, show),
    }));
    const protocols = [...new Set(wires.map(({ protocol }) => protocol))];
    this.#readers = protocols.flatMap(protocol => {
      const recording = RECORDINGS[protocol];
      const own = this.verdicts.filter(({ wire }) => wire.protocol === protocol);
      const options = port === undefined ? {} : { port };
      return recording === undefined ? [] : [recording.reader(frame => this.#judge(frame, recording, own), options)];
    });
  }

  /** Requests and frames that were found, and when the first and the last of them were. */
  get figures() {
    const span = this.#from === undefined || this.#to === undefined ? {} : { fromMs: this.#from, toMs: this.#to };
    return { spoken: this.#spoken, links: [...this.#links.list], ...span };
  }

  /** The recording has ended. @returns what could not be told from it */
  end(): readonly string[] {
    const remarks = this.#readers.flatMap(reader => reader.end());
    return [...this.#links.remarks, ...remarks];
  }

  take(frames: readonly RecordedFrame[]): void {
    for (const frame of frames) for (const reader of this.#readers) reader.take(frame);
  }

  #judge(frame: SpokenFrame, recording: ProtocolRecording, verdicts: readonly WireVerdict[]): void {
    const atMs = frame.time / MICROS;
    this.#spoken += 1;
    this.#links.add(frame.link);
    this.#from = Math.min(this.#from ?? atMs, atMs);
    this.#to = Math.max(this.#to ?? atMs, atMs);
    for (const { comparison } of verdicts) comparison.take(frame.judged, atMs, () => noteOf(frame, atMs, recording));
  }
}

function noteOf({ link, between, request }: SpokenFrame, atMs: number, recording: ProtocolRecording): SpokenNote {
  const said = { says: recording.words(request), frame: Buffer.from(request).toString('hex') };
  return { atMs, link, ...(between === undefined ? {} : { between }), ...said };
}
