// The XML of one domain of libvirt, read strictly and bounded (libvirt.org/formatdomain.html). What is in it is what somebody else
// wrote, so nothing is believed before it is looked at.
import { child, children, readXml, type XmlElement } from '../../hardware/import/libvirt-xml.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';

/** The XML of a domain with many devices has a hundredth. */
export const MOST_CHARACTERS = 1 << 20;
const REMEDY = 'let libvirt write it by virsh dumpxml NAME';

/** @throws GatewrightError GW_DOMAIN_FORM */
export function readDomain(text: string): XmlElement {
  if (text.length > MOST_CHARACTERS)
    throw formFault(`it has more than ${MOST_CHARACTERS >> 20} MB, which no domain has; ${REMEDY}`);
  if (text.trim() === '') throw formFault(`it is empty; ${REMEDY}`);
  const tree = parsed(text);
  const roots = Object.keys(tree).filter(name => !name.startsWith('?') && name !== '#text');
  const domain = child(tree, 'domain');
  if (roots.length !== 1 || domain === undefined || children(tree, 'domain').length !== 1)
    throw formFault(`it is not the XML of one domain; ${REMEDY}`);
  return domain;
}

function parsed(text: string): XmlElement {
  try {
    return readXml(text);
  } catch (cause) {
    throw formFault(messageOf(cause), cause);
  }
}

function formFault(why: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_DOMAIN_FORM', why, { cause });
}

/** An attribute of an element as text; `''` when it has none. */
export function attribute(element: XmlElement | undefined, name: string): string {
  const value = element?.[`@${name}`];
  return typeof value === 'string' ? value : '';
}
