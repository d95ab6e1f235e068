// The gateway that is chosen in a form, for what the form offers of its box.

/**
 * Asks something of the gateway that is chosen in an open form, at once and whenever another is chosen.
 * @param field  of the form, which holds the gateway
 * @param ask    with its name; empty while none is chosen. Never rejects: when nobody can be asked, nothing is offered
 * @param tell   called with the answer, unless another gateway was chosen meanwhile
 */
export function followGateway<T>(field: JQuery, ask: (gateway: string) => Promise<T>, tell: (found: T) => void): void {
  let newest = 0;
  const look = async () => {
    newest += 1;
    const mine = newest;
    const found = await ask(RED.nodes.node(String(field.val() ?? ''))?.name ?? '');
    if (mine === newest) tell(found);
  };
  field.on('change', () => void look());
  void look();
}
