// What a segment asks before it lets a frame in and on. The switch itself knows no rules.
import type { PacketView } from '../packet/view.ts';

/** Decides over the frames of one segment. Ports are the addresses of resources: `port.…`, `edge.…`, `uplink.…`, or `tunnel`. */
export interface Guard {
  /** Port security, once per frame as it enters. @param view  the frame, read; valid until the call returns */
  admits(from: string, view: PacketView): boolean;
  /** May the frame go from one port to another; asked for every receiver, on flooding too. Runs the stateful rules and counts. */
  passes(from: string, to: string, view: PacketView): boolean;
}
