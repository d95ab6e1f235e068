// What the form of a bus is drawn from: what every protocol declares of itself.
import { protocolFields, type Translation } from '../../runtime/model/protocol.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';

export const formFacts = PROTOCOLS.map(protocol => ({
  name: protocol.name,
  title: protocol.title,
  summary: protocol.summary,
  fields: protocolFields(protocol),
  translations: protocol.translations ?? ({} as Readonly<Record<string, Translation>>),
}));
export type ProtocolForm = (typeof formFacts)[number];
