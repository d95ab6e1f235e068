// Looks of the picture. They are within it, so that a file of it looks the same elsewhere.

/** Colours that follow the theme; in a file they are what they were on the screen. */
export const THEME: Readonly<Record<string, string>> = {
  '--gwt-ink': 'var(--red-ui-primary-text-color)',
  '--gwt-quiet': 'var(--red-ui-secondary-text-color)',
  '--gwt-ground': 'var(--red-ui-primary-background)',
  '--gwt-face': 'var(--red-ui-secondary-background)',
  '--gwt-edge': 'var(--red-ui-secondary-border-color)',
  '--gwt-focus': 'var(--red-ui-text-color-link)',
};

export const PICTURE_STYLE = `
.gwt { font: 12px Helvetica, Arial, sans-serif; }
.gwt text { fill: var(--gwt-ink); }
.gwt-title text { paint-order: stroke; stroke: var(--gwt-ground); stroke-width: 3px; stroke-linejoin: round; }
.gwt .gwt-quiet { fill: var(--gwt-quiet); }
.gwt .gwt-name { font-size: 13px; font-weight: 600; }
.gwt-box > rect { fill: var(--gwt-ground); stroke: var(--gwt-edge); stroke-width: 1.5; }
.gwt-zone > rect { stroke-width: 1.5; }
.gwt-zone-plain > rect { fill: none; stroke: var(--gwt-quiet); }
.gwt-node > rect { fill: var(--gwt-face); stroke: var(--gwt-quiet); }
.gwt-node.gwt-is-planned > rect, .gwt-node.gwt-is-surplus > rect, .gwt-peer > rect { stroke-dasharray: 5 3; }
.gwt-node.gwt-is-drift > rect, .gwt-node.gwt-is-no-device > rect { stroke: #e69f00; stroke-width: 2; }
.gwt-node.gwt-is-blocked > rect { stroke: #d55e00; stroke-width: 2; }
.gwt-node.gwt-selected > rect { stroke: var(--gwt-focus); stroke-width: 2.5; }
.gwt-wire { fill: none; stroke: #0072b2; stroke-width: 2; }
.gwt-field { stroke: #e69f00; }
.gwt-tunnel { stroke: #56b4e9; stroke-dasharray: 7 3; }
.gwt-wire.gwt-is-planned { stroke-dasharray: 2 4; }
.gwt-plate { fill: var(--gwt-ground); stroke: var(--gwt-edge); }
.gwt-kind-uplink, .gwt-kind-device { fill: #8a8f98; }
.gwt-kind-line { fill: #e69f00; }
.gwt-kind-vm { fill: #009e73; }
.gwt-kind-segment { fill: #0072b2; }
.gwt-kind-router { fill: #56b4e9; }
.gwt-kind-peer { fill: none; stroke: var(--gwt-quiet); }
.gwt-firewall { fill: #d55e00; }
.gwt-fill-good { fill: #009e73; }
.gwt-fill-quiet { fill: var(--gwt-quiet); }
.gwt-fill-busy { fill: #0072b2; }
.gwt-fill-odd { fill: #e69f00; }
.gwt-fill-bad { fill: #d55e00; }
.gwt-line-good, .gwt-line-quiet, .gwt-line-busy, .gwt-line-odd, .gwt-line-bad { fill: none; stroke-width: 2; }
.gwt-line-good { stroke: #009e73; }
.gwt-line-quiet { stroke: var(--gwt-quiet); }
.gwt-line-busy { stroke: #0072b2; }
.gwt-line-odd { stroke: #e69f00; }
.gwt-line-bad { stroke: #d55e00; }
.gwt-trust { stroke: #cc79a7; stroke-width: 2; fill: none; }
.gwt-sign { fill: none; stroke: #cc79a7; stroke-width: 1.6; }
.gwt-sign-trusted { stroke: #222; }
.gwt-sign-mismatch { stroke: #fff; }
.gwt-trust-trusted { fill: #cc79a7; }
.gwt-trust-mismatch { fill: #d55e00; stroke: #d55e00; }
`;
