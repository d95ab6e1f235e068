// Codes about what nodes draw together: network cards, switches, edge routers, uplinks, hardware.

export const NETWORK_DRAWING_CODES = {
  // VMs and their network cards
  GW_NIC_DISCONNECTED: {
    fault: 'user',
    meaning: 'A network card of a VM is not connected.',
    remedy: 'Wire it to a virtual switch, or take the network card out of the VM.',
  },
  GW_NIC_TWICE: {
    fault: 'user',
    meaning: 'A network card of a VM is wired to two switches.',
    remedy: 'Remove all wires but one, or give the VM another network card.',
  },
  GW_MAC_TWICE: {
    fault: 'user',
    meaning: 'Two stations of a switch have one MAC address.',
    remedy: 'Change one of them, or leave it empty.',
  },
  GW_ADDRESS_TWICE: {
    fault: 'user',
    meaning: 'Two VMs on a switch have one address.',
    remedy: 'Give one of them another address.',
  },
  GW_ADDRESS_OUTSIDE: {
    fault: 'user',
    meaning: 'A VM has an address outside the network of its switch.',
    remedy: 'Choose an address inside it.',
  },
  GW_ADDRESS_RESERVED: {
    fault: 'user',
    meaning: 'A VM has the address of the router, of the network or of the broadcast.',
    remedy: 'Choose another address of the network.',
  },
  GW_TENANT_MIXED: {
    fault: 'user',
    meaning: 'A VM is wired to a switch of another tenant.',
    remedy: 'Wire it to a switch of its own tenant.',
  },
  // Switches
  GW_SWITCH_UNUSED: {
    fault: 'user',
    meaning: 'Nothing is wired to a switch.',
    remedy: 'Wire a VM to it, or delete it.',
  },
  GW_SWITCH_SPANS: {
    fault: 'user',
    meaning: 'A switch that is not an overlay is used on several gateways.',
    remedy: 'Make it an overlay, or draw one switch for each gateway.',
  },
  GW_SWITCH_UPLINKS: {
    fault: 'user',
    meaning: 'A switch is wired to several uplinks, which can close a loop.',
    remedy: 'Keep one uplink, or draw one switch for each.',
  },
  GW_SWITCH_ROUTERS: {
    fault: 'user',
    meaning: 'A switch is wired to several edge routers, which would have one address on it.',
    remedy: 'Keep one edge router, or draw one switch for each.',
  },
  GW_VNI_MISSING: {
    fault: 'user',
    meaning: 'An overlay has no VNI.',
    remedy: 'Give it a VNI from 1 to 16777215 that no other switch has.',
  },
  GW_VNI_TWICE: {
    fault: 'user',
    meaning: 'Two overlays have one VNI.',
    remedy: 'Give each overlay a VNI of its own.',
  },
  GW_VLAN_MISSING: {
    fault: 'user',
    meaning: 'A VLAN switch has no VLAN id.',
    remedy: 'Give it the VLAN id of the plant network, from 1 to 4094.',
  },
  GW_VLAN_NO_UPLINK: {
    fault: 'user',
    meaning: 'A VLAN switch has no uplink that carries its VLAN.',
    remedy: 'Wire it through a firewall to an uplink, or make it a local switch.',
  },
  GW_TUNNEL_MISSING: {
    fault: 'user',
    meaning: 'A gateway that carries an overlay has no tunnel address.',
    remedy: 'Fill it in in the gateway node.',
  },
  GW_TUNNEL_TWICE: {
    fault: 'user',
    meaning: 'Two gateways have one tunnel address.',
    remedy: 'Give each gateway the address it has in the network between the gateways.',
  },
  GW_SUBNET_MISSING: {
    fault: 'user',
    meaning: 'A switch with an edge router has no network.',
    remedy: 'Fill in the network of the switch, such as 10.0.0.0/24.',
  },
  GW_SUBNET_SIZE: {
    fault: 'user',
    meaning: 'The network of a switch is too small or too large.',
    remedy: 'Choose a network from /8 to /30.',
  },
  GW_SUBNET_OVERLAP: {
    fault: 'user',
    meaning: 'The networks on both sides of an edge router overlap.',
    remedy: 'Choose another network for the switch, or correct the outside address.',
  },
  // Edge routers and uplinks
  GW_EDGE_NO_UPLINK: {
    fault: 'user',
    meaning: 'An edge router is not connected to an uplink.',
    remedy: 'Wire its output to an uplink.',
  },
  GW_EDGE_UPLINKS: {
    fault: 'user',
    meaning: 'An edge router is wired to several uplinks.',
    remedy: 'Keep one uplink, or draw one edge router for each.',
  },
  GW_EDGE_UNUSED: {
    fault: 'user',
    meaning: 'No switch is wired to an edge router.',
    remedy: 'Wire a switch to it, or delete it.',
  },
  GW_OUTSIDE_MISSING: {
    fault: 'user',
    meaning: 'An edge router has no outside address for a switch.',
    remedy: 'Add a row for the switch with a free address of the network beyond the uplink.',
  },
  GW_OUTSIDE_TWICE: {
    fault: 'user',
    meaning: 'Two switches have one outside address.',
    remedy: 'Give each switch an outside address of its own.',
  },
  GW_OUTSIDE_UNKNOWN: {
    fault: 'user',
    meaning: 'An edge router has an outside address for a switch that is not wired to it.',
    remedy: 'Wire that switch to it, or correct or delete the row.',
  },
  GW_NEXT_HOP: {
    fault: 'user',
    meaning: 'A default gateway or next hop is not a neighbour of the edge router.',
    remedy: 'Choose another address of the network beyond the uplink, or correct the outside address.',
  },
  GW_UPLINK_INTERFACE: {
    fault: 'user',
    meaning: 'An uplink names an interface that the gateway does not have.',
    remedy: 'Choose one that it has, or add it to the hardware node.',
  },
  GW_UPLINK_TWICE: {
    fault: 'user',
    meaning: 'An uplink, or its interface, is used twice.',
    remedy: 'Wire the switches to one edge router, which keeps tenants apart, or use VLAN switches.',
  },
  GW_UPLINK_UNUSED: {
    fault: 'user',
    meaning: 'Nothing is wired to an uplink.',
    remedy: 'Wire an edge router or a switch to it, or delete it.',
  },
  GW_UPLINK_UNGUARDED: {
    fault: 'user',
    meaning: 'A tenant reaches an uplink without a firewall.',
    remedy: 'Put a firewall on the path between them.',
  },
  GW_UPLINK_MANAGEMENT: {
    fault: 'user',
    meaning: 'A tenant is wired to the management interface of a gateway.',
    remedy: 'Choose a plant or uplink interface.',
  },
  // Hardware
  GW_HARDWARE_MISSING: {
    fault: 'user',
    meaning: 'A gateway has VMs, but its hardware is not drawn.',
    remedy: 'Draw a hardware node for it.',
  },
  GW_HARDWARE_TWICE: {
    fault: 'user',
    meaning: 'Two hardware nodes describe one gateway.',
    remedy: 'Delete one of them, or choose another gateway for it.',
  },
  GW_HARDWARE_RESERVE: {
    fault: 'user',
    meaning: 'The host keeps so much memory that nothing is left for VMs.',
    remedy: 'Keep less for the host, or correct the memory of the box.',
  },
  GW_MEMORY_OVER: {
    fault: 'user',
    meaning: 'The VMs of a gateway need more memory than it has for them.',
    remedy: 'Give the VMs less memory, or move one to another gateway.',
  },
  GW_CPU_OVER: {
    fault: 'user',
    meaning: 'The VMs of a gateway need more CPUs than it has.',
    remedy: 'Give the VMs fewer CPUs, or move one to another gateway.',
  },
} as const;
