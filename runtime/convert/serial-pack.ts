// The serial nodes of Node-RED, which come in a package of their own.
export const SERIAL_PACK = 'node-red-node-serialport';
