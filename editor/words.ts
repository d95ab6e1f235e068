// The words of the plugin, from its catalogue. A key that has no words shows as it is, which a test would notice.

/** Node set of the plugin, as its catalogue is registered. */
const SPACE = '@gatewright/node-red-gateway/gatewright';

export type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** Values go in as they are: what comes out is always put into the page as text, never as HTML. */
export const words: Words = (key, values) => RED._(`${SPACE}:${key}`, values);
