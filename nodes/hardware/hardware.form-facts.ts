// What the form of a hardware node is filled in from: the models of boxes that come with Gatewright.
export { HARDWARE_MODELS as formFacts } from './models.ts';
