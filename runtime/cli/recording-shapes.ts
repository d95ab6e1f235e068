// The shapes of what commands about recordings print.
import { z } from 'zod';
import { AnyAddress, Name } from '../model/address.ts';
import { CAPTURE_FORMATS } from '../protocols/line-capture.ts';
import { Code, DiagnosticShape, Head } from './shape-parts.ts';

/** Who decided at a firewall; without a rule none fitted. */
const DeciderShape = z.strictObject({ firewall: Name, rule: Name.optional() });

/** What became of a recorded frame: by all firewalls that accept, or by the one that denies. */
const FateShape = z.strictObject({ accepted: z.boolean(), by: z.array(DeciderShape), why: z.array(z.string()) });

const ChangeShape = z.enum(['blocked', 'allowed']);

/** A recording held against one way of a wire: of a VM to a line, or of a guarded link of a network. */
const JudgedWireShape = z.strictObject({
  /** A line, or the proxy of a guarded link. */
  line: AnyAddress,
  /** A VM, or the port of a guarded link. */
  end: AnyAddress,
  /** The VM says the frames, or hears them; what goes over a link is said. */
  way: z.enum(['from-vm', 'to-vm']),
  /** Frames that were held against it. */
  judged: z.number(),
  /** Frames that passed before and would not now, and the other way round. */
  blocked: z.number(),
  allowed: z.number(),
  /** The same by who decided, the most frequent first. */
  tallies: z.array(
    z.strictObject({
      change: ChangeShape,
      before: z.array(DeciderShape),
      after: z.array(DeciderShape),
      frames: z.number(),
    }),
  ),
  /** The first ones, as many as `--show` says. */
  frames: z.array(
    z.strictObject({
      /** Unix time in ms, as the recording has it. */
      atMs: z.number(),
      /** Name in the recording. */
      link: z.string(),
      /** `10.0.0.5 to 10.0.0.9`, where the recording tells. */
      between: z.string().optional(),
      /** In words. */
      says: z.string(),
      /** In hex, in the form of the line's protocol. */
      frame: z.string(),
      change: ChangeShape,
      before: FateShape,
      after: FateShape,
    }),
  ),
});

export const RECORDING_SHAPES = {
  replay: z.strictObject({
    ...Head,
    command: z.literal('replay'),
    diagnostics: z.array(DiagnosticShape),
    /** What the drawing is held against: what runs, or another drawing. */
    against: z.enum(['running', 'drawing']),
    /** Absent when a drawing has errors. */
    recording: z
      .strictObject({
        format: z.string(),
        bytes: z.number(),
        /** Packets of other types, and lines that are no frame. */
        foreign: z.number(),
        /** At the end, as when the recorder was killed. */
        cutOffBytes: z.number(),
        /** Requests and frames that were found. */
        spoken: z.number(),
        /** How many on each link of the recording, of the first links. */
        links: z.array(z.strictObject({ link: z.string(), frames: z.number() })),
        /** Unix time in ms of the first and the last of them. */
        fromMs: z.number().optional(),
        toMs: z.number().optional(),
        /** What could not be told from it. */
        remarks: z.array(z.string()),
      })
      .optional(),
    wires: z.array(JudgedWireShape),
  }),
  secret: z.strictObject({
    ...Head,
    command: z.literal('secret'),
    action: z.enum(['set', 'list', 'remove']),
    /** What was stored, is there, or was removed. */
    names: z.array(z.string()),
  }),
  capture: z.strictObject({
    ...Head,
    command: z.literal('capture'),
    /** A line, or the card of a VM (`port.…`). */
    line: AnyAddress,
    /** `ethernet` of a card. */
    protocol: Name,
    format: z.enum(CAPTURE_FORMATS),
    /** The file that was written. */
    output: z.string(),
    frames: z.number(),
    /** Frames that were there and are not in the file. */
    lost: z.number(),
    seconds: z.number(),
    /** `size`: the file is as large as it may be; `reader`: nothing more could be written; `line`: the line or card, or its agent, went away. */
    ending: z.enum(['count', 'seconds', 'interrupted', 'size', 'reader', 'line']),
  }),
  play: z.strictObject({
    ...Head,
    command: z.literal('play'),
    line: AnyAddress,
    protocol: Name,
    /** Frames that were said on the line, those that failed included. */
    said: z.number(),
    answered: z.number(),
    /** Answers that are a refusal of the device. */
    exceptions: z.number(),
    /** By code, with the message of the first. */
    failed: z.array(z.strictObject({ code: Code, message: z.string(), frames: z.number() })),
    /** Before its end, by a signal. */
    stopped: z.boolean(),
    /** The most that a frame came too late, in ms; absent when it was stopped. */
    latestMs: z.number().optional(),
    /** What could not be told from the recording. */
    remarks: z.array(z.string()),
  }),
} as const;
