// What the form of a bus is drawn from: what every protocol declares of itself.
import { protocolFields } from '../../runtime/model/protocol.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';

export const formFacts = PROTOCOLS.map(protocol => ({
  name: protocol.name,
  title: protocol.title,
  summary: protocol.summary,
  fields: protocolFields(protocol),
}));
export type ProtocolForm = (typeof formFacts)[number];
