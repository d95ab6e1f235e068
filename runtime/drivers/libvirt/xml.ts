// XML as libvirt reads and writes it, always through a parser and a builder, never through strings put together. Knows
// nothing of domains.
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { GatewrightError, messageOf } from '../../model/errors.ts';

/** Elements are keys, attributes keys with `@`, text is `#text`. */
export type XmlTree = { readonly [key: string]: XmlTree | readonly XmlTree[] | string | undefined };

/** Elements that may stand more than once; they are always lists, so that one is read like many. */
const LISTS = new Set([
  'interface',
  'serial',
  'disk',
  'watchdog',
  'nic',
  'guest',
  'domain',
  'vcpupin',
  'vcpusched',
  'hostdev',
  'controller',
  'device',
  'tpm',
  'channel',
  'gate',
]);

const shape = { ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#text' } as const;
const builder = new XMLBuilder({
  ...shape,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  processEntities: true,
});
const parser = new XMLParser({
  ...shape,
  // Numbers stay text: the reader of a field knows what it wants.
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
  isArray: (name, path) => LISTS.has(name) && path !== 'domain',
});

/** One element with its attributes and children as XML text. */
export function formatXml(tree: XmlTree): string {
  return builder.build(tree);
}

/** @param what  whose XML it is, for the error @throws GW_HOST_UNEXPECTED when the text is not XML */
export function parseXml(text: string, what: string): unknown {
  // libvirt writes no document type; one that is there can only declare entities we would have to trust.
  if (text.includes('<!DOCTYPE')) throw unreadable(what, 'it declares a document type');
  try {
    return parser.parse(text, true);
  } catch (cause) {
    throw unreadable(what, messageOf(cause), cause);
  }
}

function unreadable(what: string, why: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `${what} from libvirt is not readable XML: ${why}; report it`, {
    cause,
  });
}
