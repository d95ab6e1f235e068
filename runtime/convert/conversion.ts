// What a conversion of a flow comes to: what is added, what it replaces, and a report. Plain JSON.

/** A node as flow JSON has it. */
export interface NewNode {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A wire from a node that is there already to a new one. */
export interface NewWire {
  readonly from: string;
  readonly port: number;
  readonly to: string;
}

export type Outcome = 'converted' | 'partly' | 'kept' | 'not-converted';

/** What became of one node of another pack. */
export interface ConversionEntry {
  readonly node: string;
  readonly type: string;
  /** Its name, or else its type. */
  readonly label: string;
  readonly outcome: Outcome;
  /** Names of what does its work now. */
  readonly became: readonly string[];
  /** What was lost or left open, and what to do. */
  readonly notes: readonly string[];
}

/** A line that was drawn. */
export interface ConvertedLine {
  /** `Modbus RTU at /dev/ttyS1, 9600 Bd` */
  readonly what: string;
  readonly bus: string;
  /** Absent for lines that have no rules. */
  readonly firewall?: string;
  readonly vm: string;
  /** What the VM may do on it, in words; nothing else passes the firewall. */
  readonly allowed: readonly string[];
  /** What the program in the VM has to do. */
  readonly inside: string;
}

export interface ConversionReport {
  readonly gateway: string;
  readonly lines: readonly ConvertedLine[];
  readonly entries: readonly ConversionEntry[];
  /** Ids of nodes whose work the new ones do: both at once would ask the devices twice. */
  readonly replaced: readonly string[];
}

export interface Conversion {
  readonly report: ConversionReport;
  readonly added: readonly NewNode[];
  readonly wires: readonly NewWire[];
}
