// The dialogs about drawings of others: what a conversion or an import comes to, before anything is added.
import { element } from '../element.ts';
import { save } from '../traffic/download.ts';
import type { Words } from '../words.ts';
import { addDrawing } from './add-drawing.ts';
import { faultText, openDialog } from './dialog.ts';
import { conversion, formattedDrawing, importedDomain } from './exchange-client.ts';
import { gatewayChoice } from './gateway-choice.ts';
import { replacedChoice } from './replaced-choice.ts';
import { conversionView, domainView } from './report-view.ts';

export type Notify = (text: string, type: 'success' | 'warning' | 'error') => void;

/** Shows what would become of the nodes of other packs; converts them when the user says so. */
export async function openConversion(words: Words, notify: Notify): Promise<void> {
  const first = await conversion().catch((error: unknown) => error as Error);
  if (first instanceof Error) return notify(faultText(first, words('exchange.away')).textContent, 'error');
  // Of what is chosen last: answers to earlier choices may come later.
  let found = Promise.resolve(first);
  const choice = replacedChoice(first.report, words);
  const report = element('div', { attributes: { 'aria-live': 'polite' } }, conversionView(first.report, words));
  const gateway = gatewayChoice(words, async name => {
    const asked = conversion(name);
    found = asked;
    const shown = await asked.then(one => conversionView(one.report, words)).catch(fault);
    if (asked === found) report.replaceChildren(shown);
  });
  const fault = (error: unknown) => faultText(error, words('exchange.away'));
  const accept = async () => {
    try {
      const drawn = await found;
      dialog.close();
      addDrawing(drawn, choice.chosen());
      notify(words('exchange.converted', { gateway: drawn.report.gateway }), 'success');
    } catch (error) {
      report.replaceChildren(fault(error));
    }
  };
  const isEmpty = first.added.length === 0;
  const buttons = isEmpty ? [] : [{ label: words('exchange.convert'), primary: true, click: () => void accept() }];
  const dialog = openDialog(words('exchange.conversion'), words('exchange.close'), buttons);
  dialog.show(...(isEmpty ? [] : gateway.elements), report, ...(isEmpty ? [] : [choice.element]));
}

/** Takes the XML of a domain of libvirt; nothing that was typed is lost when it is refused. */
export function openDomainImport(words: Words, notify: Notify): void {
  const text = element('textarea', {
    class: 'gw-dialog-xml',
    attributes: { id: 'gw-domain-xml', rows: '12', spellcheck: 'false', placeholder: '<domain type="kvm">' },
  });
  const answer = element('div', { class: 'gw-dialog-answer', attributes: { 'aria-live': 'polite' } });
  const gateway = gatewayChoice(words, () => answer.replaceChildren());
  const look = async () => {
    try {
      answer.replaceChildren(domainView((await importedDomain(text.value, gateway.chosen())).report, words));
    } catch (error) {
      answer.replaceChildren(faultText(error, words('exchange.away')));
    }
  };
  const add = async () => {
    try {
      const { report, added } = await importedDomain(text.value, gateway.chosen());
      addDrawing({ added, wires: [] });
      dialog.close();
      notify(words('exchange.imported', { vm: report.vm }), 'success');
    } catch (error) {
      answer.replaceChildren(faultText(error, words('exchange.away')));
    }
  };
  const dialog = openDialog(words('exchange.importDomain'), words('exchange.close'), [
    { label: words('exchange.look'), click: () => void look() },
    { label: words('exchange.add'), primary: true, click: () => void add() },
  ]);
  dialog.show(
    element('label', { attributes: { for: text.id } }, words('exchange.xml')),
    text,
    ...gateway.elements,
    answer,
  );
  text.focus();
}

/** Saves the drawing as `gatewright format` writes it. */
export async function exportDesign(words: Words, notify: Notify): Promise<void> {
  try {
    save(new Blob([await formattedDrawing()], { type: 'application/json' }), 'design.json');
  } catch (error) {
    notify(faultText(error, words('exchange.away')).textContent, 'error');
  }
}
