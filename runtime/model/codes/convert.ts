// Codes of bringing in what others have drawn. The table's shape is checked where all tables are joined, in codes.ts.

export const CONVERT_CODES = {
  GW_DOMAIN_FORM: {
    fault: 'user',
    meaning: 'What was to be imported is not the XML of one domain of libvirt.',
    remedy: 'Let libvirt write it: virsh dumpxml NAME.',
  },
} as const;
