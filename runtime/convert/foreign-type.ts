// What this house knows of one node type of another pack: how it is read as a line, or as something that uses one. Facts about
// the formats of other packs are here and nowhere else.
import type { FlowNode } from '../compile/flow-node.ts';
import type { LineMessages } from '../model/kinds/line.ts';

/** A flow as a converter looks around in it. */
export interface ForeignFlow {
  node(id: string): FlowNode | undefined;
  /** Nodes with a wire to this one. */
  before(node: FlowNode): readonly FlowNode[];
}

export interface ForeignType {
  /** As flow JSON has it. */
  readonly type: string;
  /** The npm package it comes with. */
  readonly pack: string;
  /** Field with the id of the node that describes its line; absent when it is on none. */
  readonly line?: string;
  /** Pure. Never throws for fields that are missing or hostile. */
  read(node: FlowNode, flow: ForeignFlow): Reading;
}

export type Reading = LineReading | UseReading | NoReading;

/** A field line. */
export interface LineReading {
  readonly is: 'line';
  /** What people call it, when they have named it. */
  readonly name: string;
  readonly protocol: 'modbus' | 'can' | 'serial';
  /** As a bus node stores them. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** The device it leads to. What has the same one is one line: a device of the box has one owner. */
  readonly device: string;
  /** `Modbus RTU at /dev/ttyS1` */
  readonly what: string;
  /** What a program in the VM has to do to be on the line. */
  readonly inside: string;
  readonly notes: readonly string[];
}

/** Something that uses the line of another node. */
export interface UseReading {
  readonly is: 'use';
  /** What it did on the line, as far as the flow says it. */
  readonly access: readonly Access[];
  /** What ordinary nodes will need of the bus. */
  readonly messages: LineMessages;
  readonly asks: readonly Ask[];
  /** Body of a function node that turns what a bus tells into what this node sent; absent when it only asks. */
  readonly hears?: string;
  /** What could not be carried over. */
  readonly notes: readonly string[];
}

/** Something that has no counterpart. */
export interface NoReading {
  readonly is: 'none';
  /** `kept`: it goes on working as it is. */
  readonly outcome: 'kept' | 'not-converted';
  /** Why, and what to do. */
  readonly why: string;
}

/** One way to put something onto the bus. */
export interface Ask {
  /** By itself every so often; absent = whenever a message comes in. */
  readonly every?: { readonly seconds: number; readonly firstAfterSeconds: number; readonly topic: string };
  /** What is asked by itself; or the body of a function node that makes the question out of a message. */
  readonly question: Readonly<Record<string, unknown>> | string;
  /** Output of the foreign node that sent the answer; absent when nobody heard one. */
  readonly output?: number;
}

/** What goes over a line, in the words of its protocol. */
export type Access = ModbusAccess | CanAccess;

export interface ModbusAccess {
  readonly of: 'modbus';
  readonly unit: number;
  readonly function: number;
  readonly first: number;
  readonly count: number;
}

export interface CanAccess {
  readonly of: 'can';
  readonly direction: 'from-vm' | 'to-vm';
  /** Absent = every frame. */
  readonly id?: number;
  readonly extended?: boolean;
}

export function notConverted(why: string): NoReading {
  return { is: 'none', outcome: 'not-converted', why };
}
