// Codes about the flow file itself: its text, its size, its subflows and variables.

export const FLOW_CODES = {
  // The file
  GW_FLOW_NOT_JSON: {
    fault: 'user',
    meaning: 'The flow file is not JSON.',
    remedy: 'Export the flow from the editor again, and check that the file was copied completely.',
  },
  GW_FLOW_SHAPE: {
    fault: 'user',
    meaning: 'The file is JSON, but not a list of nodes with an id and a type each.',
    remedy: 'Export the flow from the editor again.',
  },
  GW_FLOW_TOO_LARGE: {
    fault: 'user',
    meaning: 'The flow is larger than anything a person draws.',
    remedy: 'Split it into several flows, or use fewer subflows inside subflows.',
  },
  GW_FLOW_TOO_DEEP: {
    fault: 'user',
    meaning: 'The flow is nested too deeply.',
    remedy: 'Flatten the field or the subflows that are.',
  },
  GW_FLOW_UNSAFE_KEY: {
    fault: 'user',
    meaning: 'The flow has a field whose name could change how programs behave.',
    remedy: 'Remove the field; if you do not know where it comes from, do not use the file.',
  },
  GW_FLOW_ID_TWICE: {
    fault: 'user',
    meaning: 'Two nodes have one id.',
    remedy: 'Import the flow in the editor, which gives new ids, and export it again.',
  },
  GW_FINDINGS_MORE: {
    fault: 'user',
    meaning: 'There are more findings than are shown.',
    remedy: 'Mend those that are shown, then look again.',
  },
  GW_SUBFLOW_UNKNOWN: {
    fault: 'user',
    meaning: 'A node is an instance of a subflow that is not in the flow.',
    remedy: 'Export the flow again with its subflows, or delete the node.',
  },
  GW_SUBFLOW_RECURSION: {
    fault: 'user',
    meaning: 'A subflow contains itself.',
    remedy: 'Take the instance out of the subflow.',
  },
  GW_TYPE_UNKNOWN: {
    fault: 'user',
    meaning: 'This version of Gatewright has no such node type.',
    remedy: 'Update Gatewright, or delete the node.',
  },
  GW_TYPE_NEWER: {
    fault: 'user',
    meaning: 'A node was drawn with a newer Gatewright.',
    remedy: 'Update Gatewright, then open the drawing again.',
  },
  // Variables
  GW_ENV_UNKNOWN: {
    fault: 'user',
    meaning: 'A field uses a variable that is not defined where the node stands.',
    remedy: 'Define it in the group, the tab, the subflow instance or the global settings.',
  },
  GW_ENV_UNUSABLE: {
    fault: 'user',
    meaning: 'The value of a variable is a secret, an expression or bytes, or does not fit its type.',
    remedy: 'Give the variable a plain text, number or switch.',
  },
  GW_ENV_LOOP: {
    fault: 'user',
    meaning: 'A variable refers to itself in the end.',
    remedy: 'Give one of the variables a value of its own.',
  },
  GW_ENV_EMBEDDED: {
    fault: 'user',
    meaning: 'A variable stands inside other text, where Node-RED does not fill it in.',
    remedy: 'Let the variable be the whole value.',
  },
} as const;
