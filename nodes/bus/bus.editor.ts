// The form of a bus: what a line can be set to is drawn from what its protocol declares.
import facts from 'facts:bus';
import known from 'form-facts:bus';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { element } from '../../editor/element.ts';
import { followGateway } from '../../editor/form/chosen-gateway.ts';
import type { Suggestion } from '../../editor/form/typed-field.ts';
import { CONNECTOR_KINDS } from '../../runtime/model/wire.ts';
import { socketsOfBox } from '../hardware/form/box-client.ts';
import type { Socket } from '../hardware/sockets.ts';
import type { formFacts } from './bus.form-facts.ts';
import { inLanguage } from './form-language.ts';
import { FORMER_FIELDS, migrateBus } from './migrate.ts';
import { connectorListId } from './option-input.ts';
import { settingsField } from './settings-form.ts';

const PROTOCOLS = known as typeof formFacts;

defineNode(facts, {
  category: 'gateway',
  color: '#E69F00',
  icon: 'gatewright-bus.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name, was: checks.name },
  migrate: migrateBus,
  former: FORMER_FIELDS,
  suggestions: { device: passedDevices },
  prepare() {
    const mode = $('#node-input-mode');
    // What the host would say on the line, and what the VM has, are never both asked for.
    const show = () => {
      const isOwned = mode.val() === 'passthrough';
      $('#gw-bus-shared').toggle(!isOwned);
      $('#gw-bus-passthrough').toggle(isOwned);
    };
    mode.on('change', show);
    show();
    offerConnectors();
  },
  drawn: { settings: settingsField(() => PROTOCOLS.map(protocol => inLanguage(protocol, RED.i18n.lang()))) },
});

/** What of the real box can be given to a VM. */
async function passedDevices(gateway: string): Promise<readonly Suggestion[]> {
  return (await socketsOfBox(gateway)).filter(({ device }) => device !== '').map(suggestionOf);
}

function suggestionOf({ device, label }: Socket): Suggestion {
  return { value: device, what: `${device}, ${label}` };
}

/** Lists that the settings of protocols offer for what names a connector, by its kind. */
function offerConnectors(): void {
  followGateway($('#node-input-gateway'), socketsOfBox, sockets => {
    for (const kind of CONNECTOR_KINDS) {
      const list = connectorList(kind);
      const options = sockets.filter(one => one.connector === kind && one.device !== '').map(suggestionOf);
      list.replaceChildren(
        ...options.map(({ value, what = value }) => element('option', { attributes: { value, label: what } })),
      );
    }
  });
}

function connectorList(kind: string): HTMLElement {
  const known = document.getElementById(connectorListId(kind));
  if (known !== null) return known;
  const list = element('datalist', { attributes: { id: connectorListId(kind) } });
  $('#gw-form-settings').after(list);
  return list;
}
