// The kinds of ports a wire may join. The rule table for legal wires is what the node types declare with these kinds:
// an output of kind K may be wired to an input that accepts K. The editor, the compiler, the CLI and CI read the same table.

/**
 * - `interface`: a connector of the box (hardware → bus)
 * - `field`: a field line (bus → vm)
 * - `nic`: a VM's network card (vm → vswitch)
 * - `segment`: a virtual switch as seen from the cloud side (vswitch → edge, uplink)
 * - `routed`: the far side of an edge router (edge → uplink)
 * - `tpm`: the TPM of the box (hardware → attest)
 * - `gate`: an attestation gate for a whole VM (attest → vm)
 * - `message`: ordinary Node-RED messages
 */
export const PORT_KINDS = ['interface', 'field', 'nic', 'segment', 'routed', 'tpm', 'gate', 'message'] as const;
export type PortKind = (typeof PORT_KINDS)[number];

/** Connectors that a line of the host can leave the box at; which of them, its protocol says. */
export const LINE_CONNECTORS = ['ethernet', 'serial', 'can'] as const;
export type LineConnector = (typeof LINE_CONNECTORS)[number];

/**
 * What a connector of the box is. All of them are wired as `interface`, but for its TPM, which stays with the box. A USB socket, and
 * a PCI device without a socket of its own, can only be given to a VM.
 */
export const CONNECTOR_KINDS = [...LINE_CONNECTORS, 'usb', 'pci', 'tpm'] as const;
export type ConnectorKind = (typeof CONNECTOR_KINDS)[number];

export interface OutputPort {
  /** Stable name within the node: the NIC's name, the interface's label. */
  readonly name: string;
  readonly kind: PortKind;
}
