// Loads parts of the editor that are too heavy to come with every page. The build makes `NAME.js` of `NAME.on-demand.ts`.

/** Where Node-RED serves what the build puts into the folder `resources` of the pack, from the page of the editor. */
const RESOURCES = 'resources/@gatewright/node-red-gateway/';

/**
 * One that failed is tried again by the next call.
 * @typeParam T  `typeof import('./NAME.on-demand.ts')`
 * @throws TypeError when the server is away
 */
export function loadOnDemand<T>(name: string): Promise<T> {
  return import(new URL(`${RESOURCES}${name}.js`, document.baseURI).href) as Promise<T>;
}
