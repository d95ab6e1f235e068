// TPMA_OBJECT: what a key is and may do, by bit.
export const ATTRIBUTES = {
  fixedTPM: 1,
  stClear: 2,
  fixedParent: 4,
  sensitiveDataOrigin: 5,
  userWithAuth: 6,
  adminWithPolicy: 7,
  noDA: 10,
  encryptedDuplication: 11,
  restricted: 16,
  decrypt: 17,
  sign: 18,
  x509sign: 19,
} as const;
export type Attribute = keyof typeof ATTRIBUTES;

/** All bits that have a meaning; the others are reserved and shall be clear. */
export const KNOWN_ATTRIBUTES = Object.values(ATTRIBUTES).reduce((bits, bit) => bits | (1 << bit), 0);
