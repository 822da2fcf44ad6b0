/**
 * Plots as SVG text. Colours are CSS variables of the page, so that light and dark share one drawing.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

// Drawn at the width of a phone and enlarged from there: text shrinks on no screen.
const width = 440;

/** Draws a plot. */
export function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<html><body></body></html>');
  const style = { background: 'none', color: 'var(--ink)', fontSize: '12px', overflow: 'visible' };
  const svg = Plot.plot({ ...options, document, width, style });
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  return svg.outerHTML;
}

/** The same plot as a file of its own, with the colours that a page would give it. */
export function standaloneSvg(svg: string): string {
  const colours = `:root { color-scheme: light dark; --paper: #ffffff; --ink: #20242a; --dim: #5c6470; font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e6e8eb; --dim: #9aa3af; } }`;
  const named = svg.includes('xmlns=') ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
  return `${named.replace(/(<svg[^>]*>)/, `$1<style>${colours}</style>`)}\n`;
}
