// The hexagon of trust: filled when it is trusted, empty when nothing is proven, crossed when something else is.
import type { TrustState } from '../../../runtime/model/attestation.ts';
import { svgElement } from '../../element.ts';

const HEXAGON = 'M4 1h8l3.500 6l-3.500 6h-8l-3.500-6z';
const WITHIN: Readonly<Record<TrustState | 'unusable' | 'none', string>> = {
  trusted: 'M4.500 7l2.500 2.500l4.500-5',
  mismatch: 'M5 4l6 6M11 4l-6 6',
  stale: 'M8 3.500v4l2.500 1.500',
  unusable: 'M5 7h6',
  never: '',
  none: '',
};

export function trustShape(state: keyof typeof WITHIN): SVGElement {
  return svgElement(
    'svg',
    { class: `gw-trust-shape gw-trust-${state}`, width: 16, height: 14, viewBox: '0 0 16 14', 'aria-hidden': 'true' },
    svgElement('path', { d: HEXAGON, class: 'gw-trust-outline' }),
    svgElement('path', { d: WITHIN[state], class: 'gw-trust-sign' }),
  );
}
