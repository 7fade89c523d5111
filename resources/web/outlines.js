/* Outlines from their arcs: see processing/publish/webcode.py, which writes them. */
'use strict';
const Outlines = (function () {
  const run = (first, count) => Array.from({length: count}, (_, i) =>
    String.fromCharCode(first.charCodeAt(0) + i));
  const letters = [...run('A', 26), ...run('a', 26), ...run('0', 10), '-', '_'];
  const VALUE = new Map(letters.map((letter, value) => [letter, value]));

  function decoded(text) {
    const numbers = [];
    let value = 0, factor = 1;
    for (const letter of text) {
      const group = VALUE.get(letter);
      value += (group & 31) * factor;
      if (group & 32) { factor *= 32; continue; }
      numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
      value = 0;
      factor = 1;
    }
    return numbers;
  }

  function arcsOf(outlines) {
    const steps = decoded(outlines.steps);
    const arcs = [];
    let at = 0, startX = 0, startY = 0;
    for (const length of decoded(outlines.lengths)) {
      const arc = [];
      let x = startX, y = startY;
      for (let i = 0; i < length; i += 1, at += 2) {
        x += steps[at];
        y += steps[at + 1];
        if (i === 0) { startX = x; startY = y; }
        arc.push(L.Projection.SphericalMercator.unproject(
          L.point(x * outlines.cell, y * outlines.cell)));
      }
      arcs.push(arc);
    }
    return arcs;
  }

  class Outlines {
    constructor(outlines) {
      this.arcs = arcsOf(outlines);
      this.shapes = outlines.shapes;
      this.paths = new Map();
    }

    /* The places of a ring or line, each where two arcs meet once. */
    path(text) {
      const places = [];
      let number = 0;
      for (const step of decoded(text)) {
        number += step;
        const arc = this.arcs[number < 0 ? ~number : number];
        const from = places.length ? 1 : 0;
        for (let i = from; i < arc.length; i += 1) {
          places.push(number < 0 ? arc[arc.length - 1 - i] : arc[i]);
        }
      }
      return places;
    }

    /* What Leaflet takes as a multipolygon (or as many lines, for shapes that are lines). */
    of(numbers) {
      return numbers.flatMap((number) => this.shapes[number].map(
        (part) => part.map((text) => this.path(text))));
    }

    lines(numbers) {
      return this.of(numbers).flat();
    }
  }
  return Outlines;
})();
