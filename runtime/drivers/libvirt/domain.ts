// A tenant's VM as a libvirt domain, in our words: what format writes and parse reads. Knows no XML.
import type { Address } from '../../model/address.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { OwnedParts } from './owned-parts.ts';

/** Namespace of the element that marks a domain as ours and keeps what libvirt has no field for. */
export const METADATA_URI = 'https://gatewright.dev/ns/resource/1';
/** Prefix of that namespace in what we write. */
export const METADATA_PREFIX = 'gatewright';

/** What a guest boots from. */
export type Boot =
  | { readonly kind: 'kernel'; readonly kernel: string; readonly initrd: string }
  /** A disk of the VM's own, laid over the image. */
  | { readonly kind: 'disk'; readonly overlay: string }
  /** A disk with a signed kernel image, made from the image and the arguments. */
  | { readonly kind: 'signed'; readonly disk: string };

/** Everything a domain's XML says that we care for. */
export interface DomainDescription {
  readonly uuid: string;
  /** libvirt's name; a VM's identity is its address, not this. */
  readonly name: string;
  readonly address: Address<'vm'>;
  readonly generation: number;
  readonly acceleration: 'kvm' | 'qemu';
  readonly emulator: string;
  readonly boot: Boot;
  /** Unix socket of the guest's serial console. */
  readonly consolePath: string;
  /** Unix socket of the guest's serial port towards the field. */
  readonly fieldPath: string;
  /** Unix socket of the channel over which its TPM is asked. */
  readonly attestPath: string;
  /** What its firmware remembers, and what it begins with. */
  readonly variables: { readonly path: string; readonly template: string };
  /** libvirt's name of the secret that keeps the state of its TPM. */
  readonly tpmSecret?: string | undefined;
  /** Everything the console said. */
  readonly logPath: string;
  readonly spec: VmSpec;
  /** Devices of the box that are its own, which stay when the rest changes. */
  readonly owned?: OwnedParts | undefined;
}

/** The spec of a VM without what only the state of the domain can tell. */
export type ConfiguredSpec = Partial<Omit<VmSpec, 'running'>>;

/** A NIC as the guest sees it. */
export interface Card {
  readonly mac: string;
  /** Absent when the guest is not told. */
  readonly mtu?: number;
}

/** What was read of a domain that carries our tag. */
export interface ParsedDomain {
  readonly uuid: string;
  readonly name: string;
  readonly address: Address<'vm'>;
  readonly generation: number;
  /** Fields that could not be read as a design would say them are absent. */
  readonly spec: ConfiguredSpec;
  /** NICs that the domain has, whatever the tag says of them. */
  readonly cards: readonly Card[];
  readonly owned: OwnedParts;
  /** Path of a kernel that is handed over although its firmware checks signatures: it goes past them. */
  readonly uncheckedKernel?: string;
}
