// The calls we make, with their numbers and the shapes of their arguments and replies (libvirt,
// src/remote/remote_protocol.x). One function per call; knows nothing of how bytes travel.
import type { CallOptions, Procedure, RpcConnection } from './connection.ts';
import { type XdrReader, XdrWriter } from './xdr.ts';

/** REMOTE_STRING_MAX: bound of a name or an XML text. */
const MAX_STRING_BYTES = 4 * 1024 * 1024;
/** REMOTE_DOMAIN_LIST_MAX */
const MAX_DOMAINS = 16_384;
const MAX_AUTH_TYPES = 20;
const UUID_BYTES = 16;

/** What libvirt calls a domain: a virtual machine, by name, UUID and, while it runs, a number. */
export interface DomainRef {
  readonly name: string;
  /** 16 bytes. */
  readonly uuid: Buffer;
  /** -1 while it does not run. */
  readonly id: number;
}

/** virDomainState */
export const DOMAIN_STATE = { running: 1, blocked: 2, paused: 3, shutdown: 4, shutoff: 5, crashed: 6 } as const;
/** virDomainXMLFlags: what the next start will use. */
export const XML_INACTIVE = 2;
/** virDomainDefineFlags: refuse what the schema does not allow. */
const DEFINE_VALIDATE = 1;
/** virDomainUndefineFlagsValues: saved memory, snapshot and checkpoint records, firmware variables and TPM state go too. */
const UNDEFINE_EVERYTHING = 1 | 2 | 4 | 16 | 32;
/** virDomainModificationImpact */
export const AFFECT = { live: 1, config: 2 } as const;
/** virDomainMetadataType */
export const METADATA = { title: 1, element: 2 } as const;
/** virDomainEventID */
export const EVENT = { lifecycle: 0, deviceRemoved: 15, deviceAdded: 19, metadataChange: 23 } as const;
/** Number of the message that carries lifecycle events to a registered callback. */
export const LIFECYCLE_MESSAGE = 318;

function procedure<T>(number: number, what: string, decode: (reader: XdrReader) => T): Procedure<T> {
  return { number, what, decode, changes: false };
}

function change<T>(number: number, what: string, decode: (reader: XdrReader) => T): Procedure<T> {
  return { number, what, decode, changes: true };
}

const nothing = () => undefined;
const domain = (reader: XdrReader): DomainRef => ({
  name: reader.string(MAX_STRING_BYTES),
  uuid: reader.opaque(UUID_BYTES),
  id: reader.int(),
});
const text = (reader: XdrReader) => reader.string(MAX_STRING_BYTES);

function writeDomain(ref: DomainRef): XdrWriter {
  return new XdrWriter().string(ref.name).opaque(ref.uuid).int(ref.id);
}

const AUTH_LIST = procedure(66, 'list its ways of authentication', reader =>
  reader.array(MAX_AUTH_TYPES, inner => inner.int()),
);
/** Ways of authentication the socket wants; 0 = none. */
export function listAuth(rpc: RpcConnection, options?: CallOptions): Promise<number[]> {
  return rpc.call(AUTH_LIST, Buffer.alloc(0), options);
}

const OPEN = procedure(1, 'open the hypervisor', nothing);
/** @param uri  for example `qemu:///system` */
export function openHypervisor(rpc: RpcConnection, uri: string, options?: CallOptions): Promise<void> {
  return rpc.call(OPEN, new XdrWriter().optionalString(uri).uint(0).bytes(), options);
}

const LIB_VERSION = procedure(157, 'tell its version', reader => Number(reader.hyper()));
/** Version of libvirt as major * 1,000,000 + minor * 1,000 + release. */
export function libraryVersion(rpc: RpcConnection, options?: CallOptions): Promise<number> {
  return rpc.call(LIB_VERSION, Buffer.alloc(0), options);
}

const CAPABILITIES = procedure(7, 'tell its capabilities', text);
/** What the hypervisor can do, as XML. */
export function capabilities(rpc: RpcConnection, options?: CallOptions): Promise<string> {
  return rpc.call(CAPABILITIES, Buffer.alloc(0), options);
}

const LIST_ALL_DOMAINS = procedure(273, 'list the domains', reader => {
  const domains = reader.array(MAX_DOMAINS, domain);
  reader.uint();
  return domains;
});
/** All domains, running or not, ours or not. */
export function listDomains(rpc: RpcConnection, options?: CallOptions): Promise<DomainRef[]> {
  return rpc.call(LIST_ALL_DOMAINS, new XdrWriter().int(1).uint(0).bytes(), options);
}

const LOOKUP_BY_NAME = procedure(23, 'look up a domain', domain);
/** @throws GW_HOST_COMMAND_FAILED with the refusal code noDomain when there is none */
export function lookupByName(rpc: RpcConnection, name: string, options?: CallOptions): Promise<DomainRef> {
  return rpc.call(LOOKUP_BY_NAME, new XdrWriter().string(name).bytes(), options);
}

const GET_XML = procedure(14, "read a domain's XML", text);
/** @param flags  0 for what runs now (the configuration when nothing runs), {@link XML_INACTIVE} for the configuration */
export function domainXml(rpc: RpcConnection, ref: DomainRef, flags: number, options?: CallOptions): Promise<string> {
  return rpc.call(GET_XML, writeDomain(ref).uint(flags).bytes(), options);
}

const GET_STATE = procedure(212, "read a domain's state", reader => {
  const state = reader.int();
  reader.int();
  return state;
});
/** One of {@link DOMAIN_STATE}. */
export function domainState(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<number> {
  return rpc.call(GET_STATE, writeDomain(ref).uint(0).bytes(), options);
}

const DEFINE_XML = change(350, 'define a domain', domain);
/** Writes a domain's configuration, new or in place of the one with the same UUID. What runs is left as it is. */
export function defineDomain(rpc: RpcConnection, xml: string, options?: CallOptions): Promise<DomainRef> {
  return rpc.call(DEFINE_XML, new XdrWriter().string(xml).uint(DEFINE_VALIDATE).bytes(), options);
}

const CREATE = change(196, 'start a domain', domain);
export function startDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<DomainRef> {
  return rpc.call(CREATE, writeDomain(ref).uint(0).bytes(), options);
}

const RESUME = change(28, 'resume a domain', nothing);
/** Lets a paused domain go on. */
export function resumeDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<void> {
  return rpc.call(RESUME, writeDomain(ref).bytes(), options);
}

const SUSPEND = change(34, 'pause a domain', nothing);
/** Stops the processors of a domain where they are. */
export function suspendDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<void> {
  return rpc.call(SUSPEND, writeDomain(ref).bytes(), options);
}

const RESET = change(245, 'reset a domain', nothing);
/** Presses the reset button; the guest is not asked. */
export function resetDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<void> {
  return rpc.call(RESET, writeDomain(ref).uint(0).bytes(), options);
}

const SHUTDOWN = change(258, 'shut a domain down', nothing);
/** Presses the power button; the guest may or may not obey. */
export function shutdownDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<void> {
  return rpc.call(SHUTDOWN, writeDomain(ref).uint(0).bytes(), options);
}

const DESTROY = change(234, 'stop a domain', nothing);
/** Pulls the plug. */
export function destroyDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<void> {
  return rpc.call(DESTROY, writeDomain(ref).uint(0).bytes(), options);
}

const UNDEFINE = change(231, 'undefine a domain', nothing);
/** Removes the configuration and all that libvirt keeps for it. */
export function undefineDomain(rpc: RpcConnection, ref: DomainRef, options?: CallOptions): Promise<void> {
  return rpc.call(UNDEFINE, writeDomain(ref).uint(UNDEFINE_EVERYTHING).bytes(), options);
}

export interface MetadataChange {
  readonly type: (typeof METADATA)[keyof typeof METADATA];
  /** Text of the title, or an XML element; absent = it goes away. */
  readonly value?: string;
  /** Prefix and URI of the element's namespace. */
  readonly key?: string;
  readonly uri?: string;
  /** Sum of {@link AFFECT}. */
  readonly affects: number;
}

const SET_METADATA = change(264, "write a domain's metadata", nothing);
export function setMetadata(
  rpc: RpcConnection,
  ref: DomainRef,
  metadata: MetadataChange,
  options?: CallOptions,
): Promise<void> {
  const args = writeDomain(ref).int(metadata.type).optionalString(metadata.value);
  args.optionalString(metadata.key).optionalString(metadata.uri).uint(metadata.affects);
  return rpc.call(SET_METADATA, args.bytes(), options);
}

const ATTACH_DEVICE = change(160, 'give a domain a device', nothing);
/** @param xml  the device @param affects  one of {@link AFFECT} */
export function attachDevice(
  rpc: RpcConnection,
  ref: DomainRef,
  xml: string,
  affects: number,
  options?: CallOptions,
): Promise<void> {
  return rpc.call(ATTACH_DEVICE, writeDomain(ref).string(xml).uint(affects).bytes(), options);
}

const DETACH_DEVICE = change(161, 'take a device from a domain', nothing);
/** Of a running guest only asked for: the device goes when the guest lets go. @param affects  one of {@link AFFECT} */
export function detachDevice(
  rpc: RpcConnection,
  ref: DomainRef,
  xml: string,
  affects: number,
  options?: CallOptions,
): Promise<void> {
  return rpc.call(DETACH_DEVICE, writeDomain(ref).string(xml).uint(affects).bytes(), options);
}

const NODE_DEVICE_DETACH = change(118, 'take a device from the driver of the host', nothing);
/** @param name  as libvirt calls it, `pci_0000_02_00_0` */
export function takeFromHost(rpc: RpcConnection, name: string, options?: CallOptions): Promise<void> {
  return rpc.call(NODE_DEVICE_DETACH, new XdrWriter().string(name).bytes(), options);
}

const NODE_DEVICE_REATTACH = change(119, 'give a device back to the driver of the host', nothing);
/** @param name  as libvirt calls it, `pci_0000_02_00_0` */
export function giveBackToHost(rpc: RpcConnection, name: string, options?: CallOptions): Promise<void> {
  return rpc.call(NODE_DEVICE_REATTACH, new XdrWriter().string(name).bytes(), options);
}

const REGISTER_EVENT = procedure(316, 'send events', reader => reader.int());
/** Asks for events of all domains on this connection. @param event  one of {@link EVENT} */
export function registerEvents(rpc: RpcConnection, event: number, options?: CallOptions): Promise<number> {
  return rpc.call(REGISTER_EVENT, new XdrWriter().int(event).uint(0).bytes(), options);
}
