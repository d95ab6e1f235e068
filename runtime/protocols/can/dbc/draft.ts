// Messages while the file is read: later statements of a file add to earlier ones.

import { bitsOf } from './bits.ts';
import type { DbcMessage, DbcSignal } from './database.ts';

export interface SignalDraft extends Omit<DbcSignal, 'labels' | 'comment' | 'multiplexed' | 'type'> {
  type: DbcSignal['type'];
  comment?: string;
  /** The name it has outside the file; within, the short one is used. */
  longName?: string;
  readonly labels: Map<number, string>;
  /** Others are there by its value. */
  readonly isSwitch: boolean;
  /** Its value of the only switch, when the signal is multiplexed. */
  readonly when: number | undefined;
  /** Told by a statement of its own, for several switches or ranges. */
  by?: string;
  readonly ranges: (readonly [low: number, high: number])[];
}

export interface MessageDraft extends Omit<DbcMessage, 'signals' | 'comment' | 'j1939'> {
  comment?: string;
  longName?: string;
  /** The attribute VFrameFormat: its number in the list of formats. */
  format?: number;
  readonly signals: Map<string, SignalDraft>;
}

/** The finished message, without what cannot be. @param problem  is told why something was left out */
export function finishMessage(draft: MessageDraft, j1939: boolean, problem: (what: string) => void): DbcMessage {
  const { signals, format: _format, longName, ...message } = draft;
  const left = (name: string, why: string) => problem(`${draft.name}.${name} is left out: ${why}`);
  const fitting = new Map(
    [...signals].filter(([name, signal]) => {
      const why = misfit(signal, draft.length);
      if (why !== undefined) left(name, why);
      return why === undefined;
    }),
  );
  return { ...message, name: longName ?? draft.name, j1939, signals: inOrder(fitting, left) };
}

function misfit(signal: SignalDraft, bytes: number): string | undefined {
  if (bitsOf(signal).some(({ byte }) => byte >= bytes)) return `it does not fit into ${bytes} bytes`;
  const wanted = { float: 32, double: 64, signed: undefined, unsigned: undefined }[signal.type];
  return wanted === undefined || wanted === signal.length ? undefined : `a ${signal.type} has ${wanted} bits`;
}

/** Each signal behind its switch; what has no switch, or is its own in the end, is left out. */
function inOrder(signals: ReadonlyMap<string, SignalDraft>, left: (name: string, why: string) => void): DbcSignal[] {
  const switches = [...signals.values()].filter(({ isSwitch, when }) => isSwitch && when === undefined);
  const only = switches.length === 1 ? switches[0]?.name : undefined;
  const done = new Map<string, DbcSignal>();
  let waiting = [...signals.values()];
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    waiting = waiting.filter(signal => {
      const by = switchOf(signal, only);
      const ready = by === undefined ? signal.when === undefined : done.has(by);
      if (ready) done.set(signal.name, finishSignal(signal, by === undefined ? undefined : done.get(by)?.name));
      return !ready;
    });
  }
  for (const signal of waiting) left(signal.name, 'no signal of the message multiplexes it');
  return [...done.values()];
}

/** `undefined`: always there, or nobody knows. */
function switchOf({ by, when }: SignalDraft, only: string | undefined): string | undefined {
  return by ?? (when === undefined ? undefined : only);
}

/** @param by  name of the switch, as it is outside the file */
function finishSignal(draft: SignalDraft, by: string | undefined): DbcSignal {
  const { isSwitch: _isSwitch, when, by: _by, ranges, longName, ...facts } = draft;
  const signal = { ...facts, name: longName ?? draft.name };
  if (by === undefined) return signal;
  return { ...signal, multiplexed: { by, ranges: ranges.length > 0 ? ranges : [[when ?? 0, when ?? 0]] } };
}
