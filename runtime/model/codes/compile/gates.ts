// Codes about attestation gates in a drawing.

export const GATE_DRAWING_CODES = {
  GW_GATE_SUBJECT: {
    fault: 'user',
    meaning: 'An attestation gate does not say of which VM it wants a proof, or names one that is not drawn.',
    remedy: 'Put the gate in a wire of one VM, or name a VM of the same gateway.',
  },
  GW_GATE_TPM: {
    fault: 'user',
    meaning: 'An attestation gate wants a proof of a VM that has no TPM.',
    remedy: 'Give the VM a TPM, on a back end whose VMs can have one, or ask the box itself.',
  },
  GW_GATE_CIRCLE: {
    fault: 'user',
    meaning: 'A VM waits for its own proof, which it can only give once it runs.',
    remedy: 'Put the gate in the wires of the VM, or let the VM wait for the box or for another VM.',
  },
  GW_GATE_READ_ONLY: {
    fault: 'user',
    meaning:
      'A gate shall leave a link of a network, or a whole VM, its reads, and nobody can tell what of that reads.',
    remedy: 'Choose block, or use read-only on a bus.',
  },
  GW_GATE_FRESHNESS: {
    fault: 'user',
    meaning: 'A proof would be too old before the next one is asked for.',
    remedy: 'Let a proof count longer than the interval.',
  },
  GW_GATE_FORETOLD: {
    fault: 'user',
    meaning: 'What a machine will measure cannot be foretold: it is no VM, or its firmware is a BIOS.',
    remedy: 'Judge it by what was learned, or give the VM the firmware uefi or uefi-secure.',
  },
  GW_GATE_SECURE_BOOT: {
    fault: 'user',
    meaning: 'A gate wants Secure Boot of a VM whose firmware has none.',
    remedy: 'Give the VM the firmware uefi-secure, or do not ask for it.',
  },
  GW_GATE_GATEWAY: {
    fault: 'user',
    meaning: 'An attestation gate stands in a wire of another gateway, or is wired to the TPM of another box.',
    remedy: 'Put it in a wire of its own gateway.',
  },
  GW_GATE_COARSE: {
    fault: 'user',
    meaning: 'A gate judges a VM by what a BIOS measures, which is not the kernel.',
    remedy: 'Give the VM the firmware uefi or uefi-secure.',
  },
  GW_GATE_IDLE: {
    fault: 'user',
    meaning: 'A field or a rule of an attestation gate counts for nothing as it is drawn.',
    remedy: 'Clear it, or ask a VM that is judged by what is drawn.',
  },
  GW_GATE_RULE: {
    fault: 'user',
    meaning: 'A rule of an attestation gate names nothing, or something that is never measured into its PCR.',
    remedy:
      'Name the component and the PCR it is measured into, and the SHA-256 of what may, has to, or must not be there.',
  },
  GW_GATE_RULE_FORETOLD: {
    fault: 'user',
    meaning: 'A gate judges a PCR by what is drawn, and one of its rules shall allow something else there.',
    remedy: 'Take the rule out, or judge by what was learned.',
  },
  GW_GATE_RULE_UNDONE: {
    fault: 'user',
    meaning: 'Of two rules of an attestation gate one forbids all that the other one allows or requires.',
    remedy: 'Take one of them out, or name other digests.',
  },
  GW_GATE_RULES_DIFFER: {
    fault: 'user',
    meaning: 'Two gates ask one machine, and their rules allow different things in one PCR, so neither would open.',
    remedy: 'Give both the same rules, or let one of them alone judge that PCR.',
  },
  GW_GATE_DEVICE: {
    fault: 'user',
    meaning: 'A gate stands in the wire of a device that a VM owns, where nobody can hold anything up.',
    remedy: 'Share the bus in place of giving the device away, or let the whole VM wait for the gate.',
  },
} as const;
