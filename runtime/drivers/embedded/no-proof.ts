// What no PC without privileges has, in words of `DriverFacts.lacks`.
export const NO_PROOF = {
  tpm: 'a PC without privileges has no TPM; let it have none, or run it on the linux back end',
  uefi: 'a PC without privileges has a BIOS',
  'uefi-secure': 'a PC without privileges has a BIOS, which checks no signatures',
} as const;
