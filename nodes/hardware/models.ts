// Gateways that can be bought: a start for the hardware node, made of the profiles of boxes that come with Gatewright. Every
// value can be changed.
import { BUILT_INS } from '../../runtime/hardware/built-in/catalog.ts';
import { type BoxModel, modelOf } from './model.ts';

export interface HardwareModel extends BoxModel {
  readonly id: string;
}

export const HARDWARE_MODELS: readonly HardwareModel[] = BUILT_INS.map(({ name, profile }) => ({
  id: name,
  ...modelOf(profile),
}));
