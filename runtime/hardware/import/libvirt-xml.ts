// XML of libvirt, read strictly and bounded. Knows nothing of profiles.
import { XMLParser } from 'fast-xml-parser';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { plainText } from '../../model/plain-text.ts';
import { plainObject } from './imported.ts';

export type XmlElement = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  // Numbers stay text: the reader of a field knows what it wants.
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
});

/** Every element is a list, attributes are keys with `@`. @throws GatewrightError GW_PROFILE_FORM */
export function readXml(text: string): XmlElement {
  // libvirt writes no document type; one that is there can only declare entities we would have to trust.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw notXml('it declares a document type');
  try {
    return plainObject(parser.parse(text, true)) ?? {};
  } catch (cause) {
    throw notXml(plainText(messageOf(cause), 150), cause);
  }
}

function notXml(why: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_PROFILE_FORM', `the XML cannot be read: ${why}; let libvirt write it anew`, { cause });
}

/** Elements of that name in an element. */
export function children(element: unknown, name: string): readonly XmlElement[] {
  const found = plainObject(element)?.[name];
  const list = Array.isArray(found) ? found : found === undefined ? [] : [found];
  return list.map(each => plainObject(each) ?? { '#text': each });
}

/** The first element along a path. */
export function child(element: unknown, ...path: readonly string[]): XmlElement | undefined {
  let found = plainObject(element);
  for (const name of path) found = children(found, name)[0];
  return found;
}

/** Text of the first element along a path. */
export function textAt(element: unknown, ...path: readonly string[]): string | undefined {
  const text = child(element, ...path)?.['#text'];
  return typeof text === 'string' ? text : undefined;
}
