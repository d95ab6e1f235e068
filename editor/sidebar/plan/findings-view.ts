// The findings of the drawing, worst first; each leads to its node.
import type { Diagnostic, Severity } from '../../../runtime/model/diagnostic.ts';
import { element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { Words } from '../../words.ts';

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };
const ICONS: Readonly<Record<Severity, string>> = {
  error: 'times-circle',
  warning: 'exclamation-triangle',
  info: 'info-circle',
};

/** A list to the eye, buttons to the keyboard. */
export function findingsView(diagnostics: readonly Diagnostic[], words: Words): HTMLElement {
  const sorted = [...diagnostics].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  const title = element('h4', {}, words('findings.title', { count: sorted.length }));
  const items = sorted.map(diagnostic => element('li', {}, findingView(diagnostic, words)));
  return element('section', { class: 'gw-findings' }, title, element('ul', {}, ...items));
}

function findingView(diagnostic: Diagnostic, words: Words): HTMLElement {
  const { severity, summary, remedy, source, code } = diagnostic;
  const where = [source.label ?? source.node, source.field].filter(part => part !== undefined).join(', ');
  return element(
    'button',
    {
      class: `gw-finding gw-${severity} gw-link`,
      title: `${code}. ${words('findings.reveal')}`,
      attributes: { type: 'button' },
      onClick: () => revealNode(source.node),
    },
    element('i', { class: `fa fa-${ICONS[severity]}`, attributes: { 'aria-label': words(`severity.${severity}`) } }),
    element(
      'span',
      { class: 'gw-finding-text' },
      element('span', { class: 'gw-finding-where' }, where),
      element('span', { class: 'gw-finding-summary' }, summary),
      element('span', { class: 'gw-finding-remedy' }, remedy),
    ),
  );
}
