// The colour that a tenant was given in the drawing, by its name.

export function tenantColour(name: string): string | undefined {
  let found: string | undefined;
  RED.nodes.eachConfig(node => {
    const { colour } = node;
    const fits = node.type === 'gatewright-tenant' && node.name === name;
    if (fits && typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour)) found = colour;
    return found === undefined ? undefined : false;
  });
  return found;
}
