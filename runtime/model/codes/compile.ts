// Codes of the compiler: what can be wrong with a drawing. All of them are findings at a node, none is thrown. The shape
// of the tables is checked where all tables are joined, in codes.ts.
import { DEVICE_CODES } from './compile/devices.ts';
import { FLOW_CODES } from './compile/flow.ts';
import { GATE_DRAWING_CODES } from './compile/gates.ts';
import { LINE_CODES } from './compile/lines.ts';
import { NETWORK_DRAWING_CODES } from './compile/networks.ts';
import { NODE_CODES } from './compile/nodes.ts';
import { PLACEMENT_DRAWING_CODES } from './compile/placement.ts';

export const COMPILE_CODES = {
  ...FLOW_CODES,
  ...NODE_CODES,
  ...NETWORK_DRAWING_CODES,
  ...LINE_CODES,
  ...DEVICE_CODES,
  ...GATE_DRAWING_CODES,
  ...PLACEMENT_DRAWING_CODES,
} as const;
