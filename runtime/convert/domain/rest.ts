// What of a domain has no place in a drawing, so that nobody looks for it in vain.
import { child, children, textAt, type XmlElement } from '../../hardware/import/libvirt-xml.ts';
import { ImageName } from '../../model/kinds/vm.ts';
import { plainText } from '../../model/plain-text.ts';
import { attribute } from './read-domain.ts';
import { type DomainPart, lostPart, partOf } from './report.ts';

const USUAL_IMAGE = 'tiny-linux';

export interface DomainImage {
  readonly image: string;
  readonly parts: readonly DomainPart[];
}

/** The image is named after the first disk; the disk itself stays where it is. */
export function imageOf(domain: XmlElement): DomainImage {
  const disks = children(child(domain, 'devices'), 'disk').filter(
    one => (attribute(one, 'device') || 'disk') === 'disk',
  );
  if (disks.length === 0)
    return { image: USUAL_IMAGE, parts: [lostPart('disks', 'It has none. Choose the image it starts.')] };
  const [first, ...others] = disks.map(one => fileOf(child(one, 'source')));
  const name = (first ?? '')
    .replace(/^.*\//, '')
    .replace(/\.(qcow2|raw|img)$/i, '')
    .toLowerCase();
  const image = ImageName.safeParse(name).success ? name : USUAL_IMAGE;
  const what = first === '' || first === undefined ? 'disk' : `disk ${plainText(first, 80)}`;
  const install = `What is on it is not carried over. Make an image of it, install it as ${image}, or choose another.`;
  const more = others.map(file =>
    lostPart(`disk ${plainText(file, 80)}`, 'A VM starts one image. Put what is on it into that image.'),
  );
  return { image, parts: [partOf(what, [`image ${image}`], [install]), ...more] };
}

function fileOf(source: XmlElement | undefined): string {
  return (
    attribute(source, 'file') || attribute(source, 'dev') || attribute(source, 'volume') || attribute(source, 'name')
  );
}

const WITHOUT: Readonly<Record<string, string>> = {
  graphics: 'A VM has no screen: its console is a serial port.',
  sound: 'A VM has no sound.',
  filesystem: 'Folders of the host are not shared. Put what it needs into its image.',
  redirdev: 'No USB devices are redirected. Draw a bus that is passed through.',
  smartcard: 'A VM has no smart card.',
  shmem: 'VMs share no memory.',
};

/** Elements that change what the guest has, and are lost. */
export function restOf(domain: XmlElement): readonly DomainPart[] {
  const devices = child(domain, 'devices');
  const lost = Object.entries(WITHOUT).flatMap(([name, why]) =>
    children(devices, name).length === 0 ? [] : [lostPart(name, why)],
  );
  const tpm = child(devices, 'tpm', 'backend');
  const passed = attribute(tpm, 'type') === 'passthrough';
  const own = Object.keys(domain).filter(name => /^[\w-]+:(commandline|override|capabilities)$/.test(name));
  return [
    ...lost,
    ...(passed
      ? [lostPart('TPM of the box', 'It stays with the box. The VM gets one of its own, so seal its secrets anew.')]
      : []),
    ...own.map(name =>
      lostPart(plainText(name), 'What is said to QEMU past libvirt is not known here. Check whether the VM needs it.'),
    ),
    ...(textAt(domain, 'title')?.startsWith('vm.')
      ? [
          lostPart(
            'tag',
            'Gatewright has made this domain: its drawing has it already, where you had better change it.',
          ),
        ]
      : []),
  ];
}

/** Whether it has a TPM: `off` is said where there is none, as a VM on Linux gets one by itself. */
export function tpmOf(domain: XmlElement): 'on' | 'off' {
  return children(child(domain, 'devices'), 'tpm').length > 0 ? 'on' : 'off';
}
