// CAN buses that VMs share. A VM speaks to its serial port as to a CAN adapter (slcan), whatever the bus is outside of the box.
// Frames are Linux' struct can_frame, 16 bytes, or canfd_frame, 72; nobody answers.
import { localHost } from '../../host/local.ts';
import type { FieldProtocol } from '../field-line.ts';
import { settingsFor } from '../line-settings.ts';
import { CanLine } from './bus-line/can-line.ts';
import { can } from './protocol.ts';

export const canLine: FieldProtocol = {
  name: 'can',
  open: async (settings, world) => CanLine.open(settingsFor(can, settings), world, localHost),
};
